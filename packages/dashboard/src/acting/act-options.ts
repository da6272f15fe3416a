/** What may be said with an action, and how it is asked of the server. */
import type { DrainBody, RebootBody, RestartBody, UndrainBody } from '@sluice/contract';
import type { NodeAction } from '../fleet-view/may-act.ts';

export interface ActOptions {
  readonly reason: string;
  /** `null`: it waits as long as it takes. */
  readonly deadlineMinutes: number | null;
  readonly onDeadline: NonNullable<DrainBody['onDeadline']>;
  /** Of a restart or reboot. */
  readonly drainFirst: boolean;
  /** Of a reboot that drains first: whether the node goes back into rotation. */
  readonly undrainAfter: boolean;
  /** Of a restart: also while the workload is locked, and without waiting for a drain. Past a budget it needs a reason. */
  readonly force: boolean;
  /** Of an undrain: the hold that is released. `null`: that of people. */
  readonly hold: string | null;
}

export const OPTIONS_AT_FIRST: ActOptions = {
  reason: '',
  deadlineMinutes: null,
  onDeadline: 'force',
  drainFirst: true,
  undrainAfter: true,
  force: false,
  hold: null,
};

type Parameters = DrainBody | UndrainBody | RestartBody | RebootBody;

/** The body that the action's own route takes; of a reboot the parameters of the command. */
export function parametersOf(action: NodeAction, options: ActOptions): Parameters {
  const { deadlineMinutes, onDeadline, drainFirst, undrainAfter, force, hold } = options;
  const seconds = deadlineMinutes === null ? null : Math.round(deadlineMinutes * 60);
  switch (action) {
    case 'drain':
      return {
        onDeadline,
        ...(seconds === null ? {} : { timeout: seconds }),
        ...(force ? { force } : {}),
      } satisfies DrainBody;
    case 'undrain':
      return (hold === null ? {} : { hold }) satisfies UndrainBody;
    case 'restart':
      return {
        ...(drainFirst ? { drainFirst, onDeadline, ...(seconds === null ? {} : { drainTimeout: seconds }) } : {}),
        ...(force ? { force } : {}),
      } satisfies RestartBody;
    case 'reboot':
      return (
        drainFirst
          ? { drainFirst, undrainAfter, onDeadline, ...(seconds === null ? {} : { drainTimeout: seconds }) }
          : { drainFirst }
      ) satisfies RebootBody;
  }
}
