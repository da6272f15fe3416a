/** How events of operations change a node's state. Terminal states never change. */
import type { FleetEvent, OperationRecord } from '@sluice/contract';
import { ENDED_OPERATIONS_KEPT_MAX, type NodeState } from '../node/node.ts';
import { isActive, isTerminal } from './operation.ts';

type OperationEvent = Extract<
  FleetEvent,
  {
    kind:
      | 'OperationDeadlineMoved'
      | 'OperationDeliverable'
      | 'OperationStarted'
      | 'OperationProgressed'
      | 'OperationCancelRequested'
      | 'OperationConfirmationNeeded'
      | 'OperationConfirmed'
      | 'OperationTimesShifted'
      | 'OperationEnded';
  }
>;

export function evolveOperation(node: NodeState, event: OperationEvent, at: number): NodeState {
  const operation = node.operations.find(({ id }) => id === event.operationId);
  if (operation === undefined || isTerminal(operation.status)) return node;
  return upsertOperation(node, changed(operation, event, at));
}

/** Keeps all that have not ended, and the last few that have. */
export function upsertOperation(node: NodeState, operation: OperationRecord): NodeState {
  const isKnown = node.operations.some(({ id }) => id === operation.id);
  const operations = isKnown
    ? node.operations.map((existing) => (existing.id === operation.id ? operation : existing))
    : [...node.operations, operation];
  const tooMany = operations.filter((existing) => !isActive(existing)).length - ENDED_OPERATIONS_KEPT_MAX;
  if (tooMany <= 0) return { ...node, operations };
  let dropped = 0;
  return {
    ...node,
    operations: operations.filter((existing) => {
      const isDropped = !isActive(existing) && existing.id !== operation.id && dropped < tooMany;
      if (isDropped) dropped += 1;
      return !isDropped;
    }),
  };
}

function changed(operation: OperationRecord, event: OperationEvent, at: number): OperationRecord {
  switch (event.kind) {
    case 'OperationDeadlineMoved':
      return {
        ...operation,
        deadlineAt: event.deadlineAt,
        task: operation.task.kind === 'drain' ? { ...operation.task, onDeadline: event.onDeadline } : operation.task,
      };
    case 'OperationDeliverable':
      return { ...operation, deliverBy: event.deliverBy, phase: null };
    case 'OperationStarted':
      return { ...operation, status: 'running', startedAt: at, deadlineAt: event.deadlineAt };
    case 'OperationProgressed':
      return { ...operation, sequence: event.sequence, phase: event.phase, output: event.output ?? operation.output };
    case 'OperationCancelRequested':
      return { ...operation, cancelRequested: { by: event.by, at, reason: event.reason } };
    case 'OperationConfirmationNeeded':
      return { ...operation, confirmationNeeded: event.because };
    case 'OperationConfirmed':
      return { ...operation, confirmationNeeded: null };
    case 'OperationTimesShifted': {
      const { deliverBy, deadlineAt } = operation;
      return {
        ...operation,
        deliverBy: deliverBy === null ? null : deliverBy + event.byMs,
        deadlineAt: deadlineAt === null ? null : deadlineAt + event.byMs,
      };
    }
    case 'OperationEnded':
      return {
        ...operation,
        status: event.status,
        phase: null,
        endedAt: at,
        sequence: event.sequence ?? operation.sequence,
        result: event.result,
        error: event.error,
        output: event.output ?? operation.output,
        endedBy: event.sequence === null ? 'server' : 'agent',
      };
  }
}
