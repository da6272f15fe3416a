/** Acts that were in the middle when the agent ended: what is taken up again, and what is not. */
import { endAct } from './acts.ts';
import type { StepDraft } from './step-draft.ts';

/**
 * After a start of the agent: a restart that was begun is taken up where it was (the incarnation tells);
 * a declared command is never repeated, and what came of it is unknown.
 */
export function resumeActs(draft: StepDraft): void {
  const { workload, settings } = draft.state;
  for (const act of draft.state.journal.acts) {
    if (act.state !== 'begun') continue;
    const { operationId, command } = act.start;
    if (command !== 'restart') {
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
      draft.state = {
        ...draft.state,
        performing: {
          kind: 'waiting-for-health',
          operationId,
          newIncarnation: workload.incarnation,
          until: draft.now + settings.healthyWithinMs,
        },
      };
    } else {
      draft.state = {
        ...draft.state,
        performing: {
          kind: 'leaving-rotation',
          operationId,
          until: draft.now,
          endBy: draft.now + act.start.deadlineInMs,
        },
      };
    }
  }
}
