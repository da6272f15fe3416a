/** Acts on the node: accepted into the journal, begun when the server permits, performed at most once, reported until acknowledged. */
import type { OperationStart } from '@sluice/contract';
import { endAct, sendUpdate } from './act-updates.ts';
import { commandsOf } from './agent-state.ts';
import { actOf, type JournaledAct } from './journal.ts';
import { beginLeaving } from './perform-act.ts';
import { endBeforeReboot } from './reboot.ts';
import { record, type StepDraft } from './step-draft.ts';

/**
 * A new act goes into the journal and is said to be accepted; it is performed when the server acknowledges that,
 * so one that has expired or was cancelled meanwhile is never performed. A known one is only reported again;
 * one that this agent took and does not know any more may have been performed, so it is not performed again.
 */
export function receiveStart(draft: StepDraft, start: OperationStart): void {
  const { operationId } = start;
  const known = actOf(draft.state.journal, operationId);
  if (known === undefined) record(draft, { kind: 'act-accepted', start });
  if (known !== undefined || !start.wasAccepted) {
    sendUpdate(draft, operationId);
    return;
  }
  endAct(draft, operationId, {
    status: 'failed',
    result: null,
    error: {
      code: 'journal-lost',
      message:
        'The agent had taken it, but its journal does not know it any more (its state directory was lost or restored), so nobody knows whether it was performed. It is not repeated.',
      outcome: 'unknown',
    },
    output: null,
  });
}

/** The acknowledgement of an end settles the act; any other is the permission to begin it. */
export function receiveAck(draft: StepDraft, operationId: string, sequence: number): void {
  const act = actOf(draft.state.journal, operationId);
  if (act === undefined) return;
  if (act.state === 'ended') {
    if (sequence >= act.sequence && !act.isAcknowledged) record(draft, { kind: 'act-acknowledged', operationId });
    return;
  }
  const { permitted } = draft.state;
  if (act.state === 'accepted' && !permitted.includes(operationId))
    draft.state = { ...draft.state, permitted: [...permitted, operationId] };
}

/** Begins the next act that is permitted, when none is performed: one at a time. */
export function beginPermitted(draft: StepDraft): void {
  while (draft.state.performing === null) {
    const [operationId, ...rest] = draft.state.permitted;
    if (operationId === undefined) return;
    draft.state = { ...draft.state, permitted: rest };
    const act = actOf(draft.state.journal, operationId);
    if (act?.state === 'accepted') beginAct(draft, act);
  }
}

/**
 * What has not been begun never is; a running command is stopped; a restart that has been begun is finished, since half of one is
 * worse. A reboot can be given up until its command is given.
 */
export function receiveCancel(draft: StepDraft, operationId: string, reason: string): void {
  const act = actOf(draft.state.journal, operationId);
  if (act === undefined) return;
  const { performing } = draft.state;
  const isBeforeReboot =
    act.start.expectedBootId !== undefined &&
    performing?.kind === 'leaving-rotation' &&
    performing.operationId === operationId;
  if (act.state === 'accepted' || isBeforeReboot) {
    endAct(draft, operationId, {
      status: 'cancelled',
      result: null,
      error: { code: 'cancelled', message: `Not performed: ${reason}` },
      output: null,
    });
    return;
  }
  if (performing?.kind === 'running-command' && performing.operationId === operationId && !performing.isStopping) {
    draft.state = { ...draft.state, performing: { ...performing, isStopping: true } };
    draft.effects.push({ kind: 'StopCommand', operationId });
  }
}

function beginAct(draft: StepDraft, act: JournaledAct): void {
  const { start } = act;
  const { workload } = draft.state;
  const { operationId, command } = start;
  if (start.expectedBootId !== undefined) {
    const end = endBeforeReboot(draft.state, start.expectedBootId);
    if (end !== null) {
      endAct(draft, operationId, end);
      return;
    }
    beginLeaving(draft, start);
  } else if (command === 'restart') {
    if (start.expectedIncarnation !== null && workload.incarnation > start.expectedIncarnation) {
      endAct(draft, operationId, {
        status: 'succeeded',
        result: {
          oldIncarnation: start.expectedIncarnation,
          newIncarnation: workload.incarnation,
          alreadyRestarted: true,
          note: 'The workload had been started anew since the restart was asked for, so it was not restarted again.',
        },
        error: null,
        output: null,
      });
      return;
    }
    beginLeaving(draft, start);
  } else {
    const declared = commandsOf(draft.state).find(({ name }) => name === command);
    if (declared === undefined) {
      endAct(draft, operationId, {
        status: 'failed',
        result: null,
        error: { code: 'command-not-found', message: `This agent declares no command '${command}' (any more).` },
        output: null,
      });
      return;
    }
    record(draft, { kind: 'act-begun', operationId, incarnation: workload.incarnation });
    draft.state = { ...draft.state, performing: { kind: 'running-command', operationId, isStopping: false } };
    draft.effects.push({
      kind: 'RunCommand',
      operationId,
      name: command,
      params: start.params,
      timeoutMs: Math.min(declared.timeoutMs, start.deadlineInMs),
      traceparent: start.traceparent,
    });
  }
  sendUpdate(draft, operationId);
}
