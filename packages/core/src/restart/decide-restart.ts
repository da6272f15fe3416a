/** Restarting: an act, at most once, that carries the incarnation which its requester saw. */
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { placeHold } from '../drain/decide-drain.ts';
import { openDraft } from '../draft.ts';
import { nodeCan } from '../node/can.ts';
import { isDrained, type NodeState } from '../node/node.ts';
import { DELIVER_WITHIN_MS, isActive } from '../operation/operation.ts';
import { requestOperation } from '../operation/request.ts';
import { refuse, type Result } from '../result.ts';

type RestartWorkload = Extract<Command, { kind: 'RestartWorkload' }>;

/** Milliseconds beside grace and health that a restart may take: signals, the process table, two reports. */
const RESTART_OVERHEAD_MS = 30_000;

/** A second restart while one is queued or running is that one. A locked workload refuses, unless forced. */
export function decideRestart(node: NodeState, command: RestartWorkload, context: Context): Result<Decision> {
  const pending = node.operations.find((operation) => operation.command === 'restart' && isActive(operation));
  if (pending !== undefined) {
    // Who asks for it anew says that it is still wanted.
    const isConfirmed = pending.confirmationNeeded !== null;
    const { name: by } = context.actor;
    return decided(isConfirmed ? [{ kind: 'OperationConfirmed', operationId: pending.id, by }] : [], pending.id);
  }
  const refusal = command.force ? null : nodeCan.beInterrupted(node, context.now);
  if (refusal !== null) return refuse(refusal);

  const draft = openDraft(node, context.now);
  const drainHold = command.drainFirst === null ? null : `restart/${context.operationId}`;
  const { stopGraceMs, healthyWithinMs } = node.workload;
  const executeWithinMs =
    command.executeWithinMs ?? (command.graceMs ?? stopGraceMs) + healthyWithinMs + RESTART_OVERHEAD_MS;
  const mustDrain = command.drainFirst !== null && !isDrained(node);
  draft.record({
    kind: 'OperationRequested',
    operation: requestOperation(context, node.id, {
      command: 'restart',
      task: {
        kind: 'restart',
        graceMs: command.graceMs,
        expectedIncarnation: node.workload.incarnation,
        drainHold,
        force: command.force,
      },
      reason: command.reason,
      status: 'queued',
      phase: mustDrain ? 'draining first' : null,
      deliverWithinMs: DELIVER_WITHIN_MS,
      deliverBy: mustDrain ? null : context.now + DELIVER_WITHIN_MS,
      executeWithinMs,
    }),
  });
  if (command.drainFirst !== null && drainHold !== null) {
    const timeoutMs = command.drainFirst.timeoutMs ?? context.defaultDrainTimeoutMs;
    placeHold(draft, context, {
      name: drainHold,
      reason: command.reason ?? 'drains before its restart',
      expiresInMs: null,
      deadlineAt: timeoutMs === null ? null : context.now + timeoutMs,
      onDeadline: command.drainFirst.onDeadline,
      operationId: context.operationId,
    });
  }
  return decided(draft.events(), context.operationId);
}
