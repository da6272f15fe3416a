/** Acts that interrupt the workload: a second one is the first one, and each may drain before, under a hold of its own. */
import type { FleetEvent, OnDeadline, OperationTask } from '@sluice/contract';
import type { Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { openDraft } from '../draft.ts';
import { nodeCan } from '../node/can.ts';
import { isDrained, type NodeState } from '../node/node.ts';
import { DELIVER_WITHIN_MS, isActive } from '../operation/operation.ts';
import { requestOperation } from '../operation/request.ts';
import { refuse, type Result } from '../result.ts';
import { placeHold } from '../drain/decide-drain.ts';

type Interruption = Extract<OperationTask, { kind: 'restart' | 'reboot' }>;

export interface InterruptionWish {
  readonly command: Interruption['kind'];
  /** What it is to do, given the hold that it drains under. */
  readonly task: (drainHold: string | null) => Interruption;
  readonly drainFirst: { readonly timeoutMs: number | null; readonly onDeadline: OnDeadline } | null;
  readonly executeWithinMs: number;
  readonly force: boolean;
  readonly reason: string | null;
}

/** @returns `null`: none is queued or running. */
export function pendingInterruption(
  node: NodeState,
  command: Interruption['kind'],
  context: Context,
): Result<Decision> | null {
  const pending = node.operations.find((operation) => operation.task.kind === command && isActive(operation));
  if (pending === undefined) return null;
  // Who asks for it anew says that it is still wanted.
  const { name: by } = context.actor;
  const isConfirmed = pending.confirmationNeeded !== null;
  return decided(isConfirmed ? [{ kind: 'OperationConfirmed', operationId: pending.id, by }] : [], pending.id);
}

/** A locked workload refuses, unless forced. */
export function decideInterruption(node: NodeState, wish: InterruptionWish, context: Context): Result<Decision> {
  const refusal = wish.force ? null : nodeCan.beInterrupted(node, context.now);
  if (refusal !== null) return refuse(refusal);
  const { command, drainFirst, reason, executeWithinMs } = wish;
  const draft = openDraft(node, context.now);
  const drainHold = drainFirst === null ? null : `${command}/${context.operationId}`;
  const mustDrain = drainFirst !== null && !isDrained(node);
  const requested: FleetEvent = {
    kind: 'OperationRequested',
    operation: requestOperation(context, node.id, {
      command,
      task: wish.task(drainHold),
      reason,
      status: 'queued',
      phase: mustDrain ? 'draining first' : null,
      deliverWithinMs: DELIVER_WITHIN_MS,
      deliverBy: mustDrain ? null : context.now + DELIVER_WITHIN_MS,
      executeWithinMs,
    }),
  };
  draft.record(requested);
  if (drainFirst !== null && drainHold !== null) {
    const timeoutMs = drainFirst.timeoutMs ?? context.defaultDrainTimeoutMs;
    placeHold(draft, context, {
      name: drainHold,
      reason: reason ?? `drains before its ${command}`,
      expiresInMs: null,
      deadlineAt: timeoutMs === null ? null : context.now + timeoutMs,
      onDeadline: drainFirst.onDeadline,
      operationId: context.operationId,
    });
  }
  return decided(draft.events(), context.operationId);
}
