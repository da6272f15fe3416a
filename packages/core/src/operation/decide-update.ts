/** What an agent's update of an operation changes, and how the server answers it. */
import type { OperationRecord, OperationUpdate } from '@sluice/contract';
import { decided, type Decision } from '../decision.ts';
import { releaseHold } from '../drain/decide-undrain.ts';
import { type Draft, openDraft } from '../draft.ts';
import { type NodeState, operationOf } from '../node/node.ts';
import type { Result } from '../result.ts';
import { actOnNode, drainHoldOf, isAct, isTerminal } from './operation.ts';

/** Updates of unknown or ended operations, and those older than the newest taken, change nothing: terminal states never change. */
export function decideUpdate(node: NodeState, update: OperationUpdate, now: number): Result<Decision> {
  const draft = openDraft(node, now);
  recordUpdate(draft, update, now);
  return decided(draft.events());
}

/** The same inside a larger decision: a hello carries the agent's journal. */
export function recordUpdate(draft: Draft, update: OperationUpdate, now: number): void {
  const operation = operationOf(draft.node(), update.operationId);
  if (operation === undefined || !isAct(operation) || isTerminal(operation.status)) return;
  if (update.sequence <= operation.sequence) return;
  if (!isPermitted(draft.node(), operation, update)) return;
  if (operation.status === 'queued' && update.status !== 'cancelled') {
    draft.record({
      kind: 'OperationStarted',
      operationId: operation.id,
      deadlineAt: operation.executeWithinMs === null ? null : now + operation.executeWithinMs,
    });
  }
  if (!hasEnded(update)) {
    draft.record({
      kind: 'OperationProgressed',
      operationId: operation.id,
      sequence: update.sequence,
      phase: update.phase,
      output: update.output,
    });
    return;
  }
  const proved = withoutLies(operation, update);
  draft.record({
    kind: 'OperationEnded',
    operationId: operation.id,
    sequence: update.sequence,
    output: update.output,
    ...proved,
  });
  releaseDrainHold(draft, operation);
}

/**
 * What was sent when its turn had come may be taken when that is not so any more: a drain has begun meanwhile, another act
 * runs, or many nodes fell silent. It waits again then, and is sent anew at its turn. What has been begun has been begun,
 * but while another act is known to run it is not believed: an agent performs one at a time, and says soon what became of that.
 */
function isPermitted(node: NodeState, operation: OperationRecord, update: OperationUpdate): boolean {
  if (operation.status === 'running' || hasEnded(update)) return true;
  const current = actOnNode(node);
  return current?.id === operation.id || (update.status === 'running' && current?.status !== 'running');
}

type EndUpdate = OperationUpdate & { readonly status: 'succeeded' | 'failed' | 'cancelled' };

function hasEnded(update: OperationUpdate): update is EndUpdate {
  return update.status !== 'accepted' && update.status !== 'running';
}

type Outcome = Pick<EndUpdate, 'status' | 'result' | 'error'>;

/** A restart has happened when the incarnation grew, a reboot when the boot is another; one that claims success without that is a failure. */
function withoutLies({ task }: OperationRecord, { status, result, error }: EndUpdate): Outcome {
  if (status !== 'succeeded') return { status, result, error };
  if (task.kind === 'restart') {
    const incarnation = result?.newIncarnation ?? 0;
    if (incarnation > task.expectedIncarnation) return { status, result, error };
    const message = `The agent said that it restarted the workload, but its incarnation did not grow (${task.expectedIncarnation} before, ${incarnation} after).`;
    return withoutEvidence(result, message);
  }
  if (task.kind === 'reboot') {
    const bootId = result?.newBootId ?? task.expectedBootId;
    if (bootId === task.expectedBootId)
      return withoutEvidence(
        result,
        `The agent said that the machine was rebooted, but it is the same boot (${bootId}).`,
      );
    if (task.drainHold === null || task.undrainAfter) return { status, result, error };
    const stays = `It stays out of rotation, as was asked for, until somebody releases the hold '${task.drainHold}'.`;
    const note = result?.note === undefined ? stays : `${result.note} ${stays}`;
    return { status, result: { ...result, note }, error };
  }
  return { status, result, error };
}

function withoutEvidence(result: EndUpdate['result'], message: string): Outcome {
  return { status: 'failed', result, error: { code: 'no-evidence', message, outcome: 'unknown' } };
}

/**
 * The hold that an act placed to drain first goes with it, however it ended: a node is not left out by its own restart.
 * But for a reboot that somebody wants to look at before the node goes back; of one that was not performed there is nothing to see.
 */
export function releaseDrainHold(draft: Draft, { id, task, command }: OperationRecord): void {
  const operation = operationOf(draft.node(), id);
  const drainHold = operation === undefined ? null : drainHoldOf(operation);
  if (operation === undefined || !draft.node().holds.some((hold) => hold.name === drainHold) || drainHold === null)
    return;
  const wasPerformed = operation.status === 'succeeded' || operation.status === 'failed';
  if (task.kind === 'reboot' && !task.undrainAfter && wasPerformed) return;
  releaseHold(draft, drainHold, 'operation-ended', {
    code: 'operation-ended',
    message: `The ${command} ${id} ended.`,
  });
}

/**
 * How an update is answered after its decision was committed. `perform`: acknowledged, which also is the permission to begin;
 * `wait`: not acknowledged, its turn has not come; `stop`: the operation is not wanted (any more): it has ended here, or this
 * server never knew it.
 */
export function answerToUpdate(node: NodeState, update: OperationUpdate): 'perform' | 'wait' | 'stop' {
  if (hasEnded(update)) return 'perform';
  const operation = operationOf(node, update.operationId);
  if (operation === undefined || isTerminal(operation.status)) return 'stop';
  return operation.status === 'queued' ? 'wait' : 'perform';
}
