/** What the server is told of acts: how far each is, and what came of it. */
import type { OperationUpdate } from '@sluice/contract';
import type { AgentState, Performing } from './agent-state.ts';
import type { JournaledAct } from './journal.ts';

/** The latest update of every act that the server has not acknowledged the end of. */
export function updatesToSend(state: AgentState): readonly OperationUpdate[] {
  return state.journal.acts.filter((act) => !act.isAcknowledged).map((act) => updateOf(state, act));
}

/** The act as it stands now; the same sequence number always says the same. */
export function updateOf(state: AgentState, act: JournaledAct): OperationUpdate {
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
    case 'waiting-for-health':
      return 'waiting for the workload to become healthy';
    case 'collecting-output':
      return 'reading the last output';
    case 'running-command':
      return performing.isStopping ? 'being stopped' : 'running';
  }
}
