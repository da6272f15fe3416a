/** What the server is told of acts: how far each is, and what came of it. */
import type { OperationUpdate } from '@sluice/contract';
import type { AgentState, Performing } from './agent-state.ts';
import { actOf, type ActEnd, type JournaledAct } from './journal.ts';
import { record, send, type StepDraft } from './step-draft.ts';

/** The latest update of every act that the server has not acknowledged the end of. */
export function updatesToSend(state: AgentState): readonly OperationUpdate[] {
  return state.journal.acts.filter((act) => !act.isAcknowledged).map((act) => updateOf(state, act));
}

/** The act as it stands now; the same sequence number always says the same. */
function updateOf(state: AgentState, act: JournaledAct): OperationUpdate {
  const { operationId } = act.start;
  if (act.end !== null) {
    return { kind: 'operation.update', operationId, sequence: act.sequence, ...act.end, phase: null };
  }
  const phase = state.performing?.operationId === operationId ? phaseInWords(state.performing) : 'accepted';
  return {
    kind: 'operation.update',
    operationId,
    sequence: act.sequence,
    status: act.state === 'accepted' ? 'accepted' : 'running',
    phase,
    result: null,
    error: null,
    output: null,
  };
}

function phaseInWords(performing: Performing): string {
  switch (performing.kind) {
    case 'leaving-rotation':
      return 'leaving rotation';
    case 'replacing':
      return 'stopping and starting the workload';
    case 'rebooting':
      return 'rebooting the machine';
    case 'waiting-for-health':
      return 'waiting for the workload to become healthy';
    case 'collecting-output':
      return 'reading the last output';
    case 'running-command':
      return performing.isStopping ? 'being stopped' : 'running';
  }
}

/** The act has ended on this node; it is told until the server has acknowledged it. */
export function endAct(draft: StepDraft, operationId: string, end: ActEnd): void {
  record(draft, { kind: 'act-ended', operationId, end });
  if (draft.state.performing?.operationId === operationId) draft.state = { ...draft.state, performing: null };
  sendUpdate(draft, operationId);
}

/** Says once more how far the act is; under the number that it has been said under, so that nothing newer is taken for it. */
export function sendUpdate(draft: StepDraft, operationId: string): void {
  const act = actOf(draft.state.journal, operationId);
  if (act !== undefined) send(draft, updateOf(draft.state, act));
}

/** Says that the act has come further. The journal numbers only what it records; the steps between go on from there. */
export function sendProgress(draft: StepDraft, operationId: string): void {
  const { journal } = draft.state;
  const acts = journal.acts.map((act) =>
    act.start.operationId === operationId ? { ...act, sequence: act.sequence + 1 } : act,
  );
  draft.state = { ...draft.state, journal: { ...journal, acts } };
  sendUpdate(draft, operationId);
}
