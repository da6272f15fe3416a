/** How events of operations change a node's state. Terminal states never change. */
import type { FleetEvent, OperationRecord } from '@sluice/contract';
import { ENDED_OPERATIONS_KEPT_MAX, type NodeState } from '../node/node.ts';
import { isAct, isActive, isTerminal } from './operation.ts';

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

/** Keeps all that have not ended, and of the others those that may still be asked of the node itself. */
export function upsertOperation(node: NodeState, operation: OperationRecord): NodeState {
  const isKnown = node.operations.some(({ id }) => id === operation.id);
  const operations = isKnown
    ? node.operations.map((existing) => (existing.id === operation.id ? operation : existing))
    : [...node.operations, operation];
  const wanted = operations.filter(
    (existing, index) => existing.id === operation.id || !isOutdated(existing, operations.slice(index + 1)),
  );
  const tooMany = wanted.filter((existing) => !isActive(existing)).length - ENDED_OPERATIONS_KEPT_MAX;
  if (tooMany <= 0) return { ...node, operations: wanted };
  let dropped = 0;
  return {
    ...node,
    operations: wanted.filter((existing) => {
      const isDropped = !isActive(existing) && existing.id !== operation.id && dropped < tooMany;
      if (isDropped) dropped += 1;
      return !isDropped;
    }),
  };
}

/**
 * Whether a later one of the same kind has ended since: what a state carries is written, and kept in memory, with each change of its
 * node. An act that this server ended also stays until the agent has performed a later one: until then it may be at it, and is to be told.
 */
function isOutdated(operation: OperationRecord, later: readonly OperationRecord[]): boolean {
  const { command, endedAt, endedBy } = operation;
  if (endedAt === null) return false;
  const mayRun = isAct(operation) && endedBy === 'server';
  if (mayRun && !later.some((next) => isAct(next) && next.endedBy === 'agent')) return false;
  return later.some((next) => next.command === command && next.endedAt !== null && next.endedAt > endedAt);
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
