/** The first and the last event of an operation. */
import type { FleetEvent, OperationError, OperationRecord, OperationResult, OperationTask } from '@sluice/contract';
import type { Context } from '../command.ts';

type Ended = Extract<FleetEvent, { kind: 'OperationEnded' }>;

/** A record as it is created: with a fresh id, asked for by the context's actor, now. */
export function requestOperation(
  context: Context,
  nodeId: string,
  fields: {
    readonly command: string;
    readonly task: OperationTask;
    readonly reason: string | null;
    readonly status: 'queued' | 'running';
    readonly phase: string | null;
    readonly deadlineAt?: number | null;
    readonly deliverWithinMs?: number | null;
    readonly deliverBy?: number | null;
    readonly executeWithinMs?: number | null;
  },
): OperationRecord {
  return {
    id: context.operationId,
    nodeId,
    command: fields.command,
    task: fields.task,
    status: fields.status,
    phase: fields.phase,
    reason: fields.reason,
    requestedBy: context.actor.name,
    requestedFrom: context.actor.address,
    createdAt: context.now,
    startedAt: fields.status === 'running' ? context.now : null,
    endedAt: null,
    deliverWithinMs: fields.deliverWithinMs ?? null,
    deliverBy: fields.deliverBy ?? null,
    executeWithinMs: fields.executeWithinMs ?? null,
    deadlineAt: fields.deadlineAt ?? null,
    sequence: 0,
    result: null,
    error: null,
    output: null,
    cancelRequested: null,
    confirmationNeeded: null,
    endedBy: null,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  };
}

/** An end that the server decides; ends that the agent reports carry its sequence and output too. */
export function endOperation(
  operationId: string,
  status: Ended['status'],
  outcome: { readonly result?: OperationResult; readonly error?: OperationError },
): Ended {
  return {
    kind: 'OperationEnded',
    operationId,
    status,
    sequence: null,
    result: outcome.result ?? null,
    error: outcome.error ?? null,
    output: null,
  };
}
