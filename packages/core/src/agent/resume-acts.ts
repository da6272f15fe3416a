/** Acts that were in the middle when the agent ended: what is taken up again, and what is not. */
import { endAct } from './acts.ts';
import type { StepDraft } from './step-draft.ts';

/**
 * After a start of the agent: a restart that was begun is taken up where it was (the incarnation tells);
 * a declared command is never repeated, and what came of it is unknown.
 */
export function resumeActs(draft: StepDraft): void {
  const { journal, workload, settings } = draft.state;
  for (const act of journal.acts) {
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
          // It may have been in rotation until the agent ended, and its balancers may not have noticed since.
          since: { at: draft.now, wasInRotation: journal.availability === 'active' && workload.phase === 'running' },
          endBy: draft.now + act.start.deadlineInMs,
        },
      };
    }
  }
}
