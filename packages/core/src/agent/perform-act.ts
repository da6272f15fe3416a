/** The act that is being performed, step by step: a restart, a reboot, a command. */
import type { OperationStart } from '@sluice/contract';
import { endAct, sendProgress } from './act-updates.ts';
import type { AgentInput } from './agent-io.ts';
import type { Performing } from './agent-state.ts';
import { actOf, isReboot } from './journal.ts';
import { mayReplaceAt } from './out-of-rotation.ts';
import { bootsOf, giveUpReboot, rebootMachine } from './reboot.ts';
import { record, type StepDraft } from './step-draft.ts';
import { waitForHealth } from './wait-for-health.ts';

/** Restart and reboot begin by leaving rotation. */
export function beginLeaving(draft: StepDraft, start: OperationStart): void {
  const { workload } = draft.state;
  record(draft, { kind: 'act-begun', operationId: start.operationId, incarnation: workload.incarnation });
  leaveRotation(draft, start);
}

/** The same after a start of the agent: it may have been in rotation until the agent ended, and balancers may not have noticed since. */
export function leaveRotation(draft: StepDraft, { operationId, deadlineInMs }: OperationStart): void {
  const { journal, workload } = draft.state;
  const wasInRotation = journal.availability === 'active' && workload.phase === 'running';
  const since = { at: draft.now, wasInRotation };
  const performing: Performing = { kind: 'leaving-rotation', operationId, since, endBy: draft.now + deadlineInMs };
  draft.state = { ...draft.state, performing };
}

/** Goes on with the restart or reboot that is being performed, as far as it can without waiting. */
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
          `The load balancer did not confirm that the node is out of rotation, so the ${isReboot(draft.state.journal, performing) ? 'machine was not rebooted' : 'workload was not restarted'}: ` +
          (draft.state.rotationProblem ?? 'it has not answered yet.'),
      },
      output: null,
    });
    return;
  }
  if (performing?.kind === 'leaving-rotation' && replaceAt !== null && draft.now >= replaceAt) {
    const act = actOf(draft.state.journal, performing.operationId);
    if (act === undefined) throw new Error(`performing ${performing.operationId}, which the journal does not know`);
    if (act.start.expectedBootId !== undefined) {
      rebootMachine(draft, act.start);
      return;
    }
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
  if (performing?.kind === 'rebooting') giveUpReboot(draft, performing);
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

/** A restart or reboot has succeeded when the new incarnation is healthy and, on a node that is wanted out of rotation, has been asked to drain. */
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
  const oldIncarnation = act?.incarnationBefore ?? 0;
  const newIncarnation = workload.incarnation;
  endAct(draft, performing.operationId, {
    status: 'succeeded',
    result:
      act?.reboot === undefined
        ? { oldIncarnation, newIncarnation, alreadyRestarted: false }
        : bootsOf(draft.state, act.reboot),
    error: null,
    output: null,
  });
}

export function onReplaced(draft: StepDraft, input: Extract<AgentInput, { kind: 'WorkloadReplaced' }>): void {
  const { performing } = draft.state;
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
  waitForHealth(draft, input.operationId, input.incarnation, performing.endBy);
  sendProgress(draft, input.operationId);
}

export function onOutput(draft: StepDraft, operationId: string, output: string): void {
  const { performing, journal } = draft.state;
  if (performing?.kind !== 'collecting-output' || performing.operationId !== operationId) return;
  const { code, message, newIncarnation } = performing;
  const act = actOf(journal, operationId);
  const incarnations = newIncarnation === null ? null : { oldIncarnation: act?.incarnationBefore ?? 0, newIncarnation };
  endAct(draft, operationId, {
    status: 'failed',
    result: act?.reboot === undefined ? incarnations : bootsOf(draft.state, act.reboot),
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
