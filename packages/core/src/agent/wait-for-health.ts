/** The last part of a restart and of a reboot: the workload runs anew, and its health is waited for. */
import type { StepDraft } from './step-draft.ts';

/** @param endBy Epoch milliseconds at which the act has failed if it is not healthy, however long a workload may take. */
export function waitForHealth(
  draft: StepDraft,
  operationId: string,
  newIncarnation: number,
  endBy: number = Number.POSITIVE_INFINITY,
): void {
  const until = Math.min(draft.now + draft.state.settings.healthyWithinMs, endBy);
  draft.state = { ...draft.state, performing: { kind: 'waiting-for-health', operationId, newIncarnation, until } };
}
