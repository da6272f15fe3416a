/** What the requests that interrupt a workload have in common: the drain that may come first, and what is forced. */
import Type from 'typebox';
import { TIMEOUT_SECONDS_MAX } from './drain.ts';

export const DrainFirstTimeout = Type.Integer({
  minimum: 0,
  maximum: TIMEOUT_SECONDS_MAX,
  description: "With `drainFirst`: the drain's deadline in seconds, as `timeout` of drain.",
});

export const ForceInterruption = Type.Boolean({
  description:
    'Also while the workload is locked, without waiting for a running drain, and where a budget has no place left; for the last with a `reason`, which the history keeps.',
});
