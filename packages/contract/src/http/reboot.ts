/** What a reboot of a node's machine is asked for with: the built-in command `reboot`, which an agent.yaml must allow. */
import Type from 'typebox';
import { OnDeadline } from '../availability.ts';
import { TIMEOUT_SECONDS_MAX } from './drain.ts';
import { Reason } from './reason.ts';

/** The parameters of the command, with reason and force beside them as in the body of the route that runs it. */
export const RebootBody = Type.Object({
  reason: Reason,
  drainFirst: Type.Optional(
    Type.Boolean({
      description: 'Drain before, under a hold of its own; default true. false: who is on it is cut off.',
    }),
  ),
  drainTimeout: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: TIMEOUT_SECONDS_MAX,
      description: "With `drainFirst`: the drain's deadline in seconds, as `timeout` of drain.",
    }),
  ),
  onDeadline: Type.Optional(OnDeadline),
  undrainAfter: Type.Optional(
    Type.Boolean({
      description:
        'Release that hold when the machine is back and its workload healthy; default true. false: the node stays out of rotation until somebody releases it.',
    }),
  ),
  force: Type.Optional(
    Type.Boolean({
      description:
        'Also while the workload is locked, without waiting for a running drain, and where a budget has no place left; for the last with a `reason`, which the history keeps.',
    }),
  ),
});
export type RebootBody = Type.Static<typeof RebootBody>;
