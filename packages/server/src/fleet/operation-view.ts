/** An operation as the API shows it. */
import type { Operation, OperationRecord } from '@sluice/contract';
import { drainHoldOf, estimatedMsLeft, isTerminal, type NodeState } from '@sluice/core';
import { timestamp, timestampOrNull } from './timestamp.ts';

/** @param node Its node, for the progress of a drain; `null`: it was forgotten. */
export function operationView(operation: OperationRecord, node: NodeState | null, now: number): Operation {
  return {
    id: operation.id,
    nodeId: operation.nodeId,
    command: operation.command,
    status: operation.status,
    phase: waitingPhase(operation) ?? phaseNow(operation, node),
    reason: operation.reason,
    requestedBy: operation.requestedBy,
    requestedFrom: operation.requestedFrom,
    parameters: parametersOf(operation),
    progress: progressOf(operation, node, now),
    deliverBy: timestampOrNull(operation.deliverBy),
    deadlineAt: timestampOrNull(operation.deadlineAt),
    createdAt: timestamp(operation.createdAt),
    startedAt: timestampOrNull(operation.startedAt),
    endedAt: timestampOrNull(operation.endedAt),
    cancelRequested:
      operation.cancelRequested === null
        ? null
        : { ...operation.cancelRequested, at: timestamp(operation.cancelRequested.at) },
    confirmationNeeded: operation.confirmationNeeded,
    result: operation.result,
    error: operation.error,
    output: operation.output,
  };
}

function waitingPhase({ status, cancelRequested, confirmationNeeded }: OperationRecord): string | null {
  if (status === 'queued' && confirmationNeeded !== null) return 'waiting to be confirmed';
  return status === 'running' && cancelRequested !== null ? 'being cancelled' : null;
}

/** Of a drain its node tells more than the operation, which only knows how it began. */
function phaseNow(operation: OperationRecord, node: NodeState | null): string | null {
  const { phase, task } = operation;
  return task.kind === 'drain' ? (phaseOfDrain(operation, node) ?? phase) : (phase ?? phaseOfDrain(operation, node));
}

function parametersOf(operation: OperationRecord): Operation['parameters'] {
  const { task } = operation;
  switch (task.kind) {
    case 'drain':
      return { hold: task.hold, onDeadline: task.onDeadline };
    case 'undrain':
      return { holds: task.holds };
    case 'restart':
      return {
        graceSeconds: task.graceMs === null ? null : task.graceMs / 1000,
        drainFirst: task.drainHold !== null,
        force: task.force,
      };
    case 'reboot':
      return { drainFirst: task.drainHold !== null, undrainAfter: task.undrainAfter, force: task.force };
    case 'declared':
      return task.params;
  }
}

/** Whether the operation is waiting for its node's drain now. */
function isDraining(
  operation: OperationRecord,
  node: NodeState | null,
): node is NodeState & { drain: NonNullable<NodeState['drain']> } {
  const waits = operation.task.kind === 'drain' || (drainHoldOf(operation) !== null && operation.deliverBy === null);
  return waits && !isTerminal(operation.status) && node !== null && node.drain !== null;
}

function phaseOfDrain(operation: OperationRecord, node: NodeState | null): string | null {
  if (!isDraining(operation, node)) return null;
  return node.drain.phase === 'waiting-for-agent' && node.session.kind === 'disconnected'
    ? 'waiting for the agent to connect'
    : node.drain.phase.replaceAll('-', ' ');
}

function progressOf(operation: OperationRecord, node: NodeState | null, now: number): Operation['progress'] {
  if (!isDraining(operation, node)) return null;
  const { sessionsAtStart, sessionsRemaining, problem } = node.drain;
  return { sessionsAtStart, sessionsRemaining, estimatedMsLeft: estimatedMsLeft(node, now), problem };
}
