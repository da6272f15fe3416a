/** A workload asks to leave, or takes that back: its own hold follows, and nobody else's. */
import type { Hold, WorkloadReport } from '@sluice/contract';
import type { Context } from '../command.ts';
import type { Draft } from '../draft.ts';
import { isSameValue } from '../is-same-value.ts';
import { recordDrain } from './decide-drain.ts';
import { releaseHold } from './decide-undrain.ts';

/** The hold of the workload itself, when it asks to leave. */
const HOLD_NAME = 'node';
/** Who owns that hold, and asked for its drain. */
const OWNER = 'workload';

/** Whether the workload itself placed it. */
export function isOfWorkload({ name, owner }: Hold): boolean {
  return name === HOLD_NAME && owner === OWNER;
}

/**
 * Each wish places the hold once: an operator who releases it is not argued with when the agent tells the same wish again.
 * Without a wish there is no such hold, whatever was missed.
 * @param before What was recorded of the workload until now.
 */
export function followLeaving(draft: Draft, before: WorkloadReport, context: Context): void {
  const { workload, holds } = draft.node();
  const hold = holds.find(({ name }) => name === HOLD_NAME);
  const { leaving } = workload;
  if (leaving === undefined) {
    if (hold === undefined || !isOfWorkload(hold)) return;
    const message = 'The workload does not ask to leave any more.';
    releaseHold(draft, hold.name, 'workload-stays', { code: 'workload-stays', message });
    return;
  }
  // Somebody else took that name; the workload must not change what is theirs.
  if (isSameValue(leaving, before.leaving) || (hold !== undefined && !isOfWorkload(hold))) return;
  recordDrain(
    draft,
    { hold: HOLD_NAME, timeoutMs: null, onDeadline: 'force', expiresInMs: null, reason: leaving.reason },
    { ...context, actor: { ...context.actor, name: OWNER } },
  );
}
