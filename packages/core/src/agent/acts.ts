/** Acts on the node: accepted into the journal, begun when the server permits, performed at most once, reported until acknowledged. */
import type { OperationStart } from '@sluice/contract';
import { updateOf } from './act-updates.ts';
import type { AgentInput } from './agent-io.ts';
import { commandsOf, type Performing } from './agent-state.ts';
import { actOf, type ActEnd, type JournaledAct } from './journal.ts';
import { mayReplaceAt } from './out-of-rotation.ts';
import { record, send, type StepDraft } from './step-draft.ts';

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

/** What has not been begun never is; a running command is stopped; a restart that has been begun is finished, since half of one is worse. */
export function receiveCancel(draft: StepDraft, operationId: string, reason: string): void {
  const act = actOf(draft.state.journal, operationId);
  if (act === undefined) return;
  if (act.state === 'accepted') {
    endAct(draft, operationId, {
      status: 'cancelled',
      result: null,
      error: { code: 'cancelled', message: `Not performed: ${reason}` },
      output: null,
    });
    return;
  }
  const { performing } = draft.state;
  if (performing?.kind === 'running-command' && performing.operationId === operationId && !performing.isStopping) {
    draft.state = { ...draft.state, performing: { ...performing, isStopping: true } };
    draft.effects.push({ kind: 'StopCommand', operationId });
  }
}

function beginAct(draft: StepDraft, act: JournaledAct): void {
  const { start } = act;
  const { workload, journal } = draft.state;
  const { operationId, command } = start;
  if (command === 'restart') {
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
    record(draft, { kind: 'act-begun', operationId, incarnation: workload.incarnation });
    const wasInRotation = journal.availability === 'active' && workload.phase === 'running';
    draft.state = {
      ...draft.state,
      performing: {
        kind: 'leaving-rotation',
        operationId,
        since: { at: draft.now, wasInRotation },
        endBy: draft.now + start.deadlineInMs,
      },
    };
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

/** Goes on with the restart that is being performed, as far as it can without waiting. */
export function performNext(draft: StepDraft): void {
  const { performing, workload, settings } = draft.state;
  const replaceAt = performing?.kind === 'leaving-rotation' ? mayReplaceAt(draft.state, performing) : null;
  if (performing?.kind === 'leaving-rotation' && replaceAt === null && draft.now >= performing.endBy) {
    endAct(draft, performing.operationId, {
      status: 'failed',
      result: null,
      error: {
        code: 'balancer-unconfirmed',
        message:
          'The load balancer did not confirm that the node is out of rotation, so the workload was not restarted: ' +
          (draft.state.rotationProblem ?? 'it has not answered yet.'),
      },
      output: null,
    });
    return;
  }
  if (performing?.kind === 'leaving-rotation' && replaceAt !== null && draft.now >= replaceAt) {
    const act = actOf(draft.state.journal, performing.operationId);
    if (act === undefined) throw new Error(`performing ${performing.operationId}, which the journal does not know`);
    draft.state = {
      ...draft.state,
      performing: { kind: 'replacing', operationId: performing.operationId, endBy: performing.endBy },
    };
    draft.effects.push({
      kind: 'ReplaceWorkload',
      operationId: performing.operationId,
      graceMs: act.start.graceMs ?? settings.stopGraceMs,
      previousIncarnation: act.incarnationBefore,
    });
    sendProgress(draft, performing.operationId);
  }
  if (performing?.kind === 'waiting-for-health' && draft.now >= performing.until && workload.healthy !== true) {
    collectOutput(
      draft,
      performing.operationId,
      performing.newIncarnation,
      'not-healthy',
      `The workload was started but did not become healthy in time${workload.problem === null ? '.' : `: ${workload.problem}`}`,
    );
  }
}

/** A restart has succeeded when the new incarnation is healthy and, on a node that is wanted out of rotation, has been asked to drain. */
export function finishPerforming(draft: StepDraft): void {
  const { performing, workload, journal, settings, convergence } = draft.state;
  if (performing?.kind !== 'waiting-for-health') return;
  if (workload.phase !== 'running' || workload.healthy !== true || workload.incarnation < performing.newIncarnation)
    return;
  if (
    journal.availability === 'drain' &&
    settings.hasDrainHook &&
    convergence.hookedIncarnation !== workload.incarnation
  )
    return;
  const act = actOf(journal, performing.operationId);
  endAct(draft, performing.operationId, {
    status: 'succeeded',
    result: {
      oldIncarnation: act?.incarnationBefore ?? 0,
      newIncarnation: workload.incarnation,
      alreadyRestarted: false,
    },
    error: null,
    output: null,
  });
}

export function onReplaced(draft: StepDraft, input: Extract<AgentInput, { kind: 'WorkloadReplaced' }>): void {
  const { performing, settings } = draft.state;
  if (performing?.kind !== 'replacing' || performing.operationId !== input.operationId) return;
  if (!input.ok) {
    collectOutput(
      draft,
      input.operationId,
      input.incarnation,
      'cannot-restart',
      input.problem ?? 'The workload could not be restarted.',
    );
    return;
  }
  draft.state = {
    ...draft.state,
    performing: {
      kind: 'waiting-for-health',
      operationId: input.operationId,
      newIncarnation: input.incarnation,
      until: Math.min(draft.now + settings.healthyWithinMs, performing.endBy),
    },
  };
  sendProgress(draft, input.operationId);
}

export function onOutput(draft: StepDraft, operationId: string, output: string): void {
  const { performing, journal } = draft.state;
  if (performing?.kind !== 'collecting-output' || performing.operationId !== operationId) return;
  const { code, message, newIncarnation } = performing;
  endAct(draft, operationId, {
    status: 'failed',
    result:
      newIncarnation === null
        ? null
        : { oldIncarnation: actOf(journal, operationId)?.incarnationBefore ?? 0, newIncarnation },
    error: { code, message },
    output,
  });
}

export function onCommandEnded(draft: StepDraft, input: Extract<AgentInput, { kind: 'CommandEnded' }>): void {
  const { performing } = draft.state;
  if (performing?.kind !== 'running-command' || performing.operationId !== input.operationId) return;
  const { status, result, error, output } = input;
  endAct(draft, input.operationId, { status, result, error, output });
}

function collectOutput(
  draft: StepDraft,
  operationId: string,
  newIncarnation: number | null,
  code: string,
  message: string,
): void {
  const performing: Performing = { kind: 'collecting-output', operationId, code, message, newIncarnation };
  draft.state = { ...draft.state, performing };
  draft.effects.push({ kind: 'CollectOutput', operationId });
}

/** The act has ended on this node; it is told until the server has acknowledged it. */
export function endAct(draft: StepDraft, operationId: string, end: ActEnd): void {
  record(draft, { kind: 'act-ended', operationId, end });
  if (draft.state.performing?.operationId === operationId) draft.state = { ...draft.state, performing: null };
  sendUpdate(draft, operationId);
}

/** Says once more how far the act is; under the number that it has been said under, so that nothing newer is taken for it. */
function sendUpdate(draft: StepDraft, operationId: string): void {
  const act = actOf(draft.state.journal, operationId);
  if (act !== undefined) send(draft, updateOf(draft.state, act));
}

/** Says that the act has come further. The journal numbers only what it records; the steps between go on from there. */
function sendProgress(draft: StepDraft, operationId: string): void {
  const { journal } = draft.state;
  const acts = journal.acts.map((act) =>
    act.start.operationId === operationId ? { ...act, sequence: act.sequence + 1 } : act,
  );
  draft.state = { ...draft.state, journal: { ...journal, acts } };
  sendUpdate(draft, operationId);
}
