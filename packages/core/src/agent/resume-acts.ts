/** Acts that were in the middle when the agent ended: what is taken up again, and what is not. */
import { endAct } from './act-updates.ts';
import { leaveRotation } from './perform-act.ts';
import { endBeforeReboot, resumeReboot } from './reboot.ts';
import type { StepDraft } from './step-draft.ts';
import { waitForHealth } from './wait-for-health.ts';

/**
 * After a start of the agent: a restart that was begun is taken up where it was (the incarnation tells), a reboot too (the boot tells);
 * a declared command is never repeated, and what came of it is unknown.
 */
export function resumeActs(draft: StepDraft): void {
  const { journal, workload } = draft.state;
  for (const act of journal.acts) {
    if (act.state !== 'begun') continue;
    const { operationId, command, expectedBootId } = act.start;
    if (act.reboot !== undefined) {
      resumeReboot(draft, operationId, act.reboot);
    } else if (expectedBootId !== undefined) {
      const end = endBeforeReboot(draft.state, expectedBootId);
      if (end === null) leaveRotation(draft, act.start);
      else endAct(draft, operationId, end);
    } else if (command !== 'restart') {
      endAct(draft, operationId, {
        status: 'failed',
        result: null,
        error: {
          code: 'interrupted',
          message:
            'The agent was stopped while the command ran, so nobody knows whether it finished. It is not repeated.',
          outcome: 'unknown',
        },
        output: null,
      });
    } else if (workload.incarnation > act.incarnationBefore) {
      waitForHealth(draft, operationId, workload.incarnation);
    } else {
      leaveRotation(draft, act.start);
    }
  }
}
