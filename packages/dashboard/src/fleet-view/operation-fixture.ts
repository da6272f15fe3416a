/** A drain that runs for tests, with what a test says otherwise. */
import type { Operation } from '@sluice/contract';

export function operationFixture(otherwise: Partial<Operation> = {}): Operation {
  return {
    id: 'op_1',
    nodeId: 'lobby-1',
    command: 'drain',
    status: 'running',
    phase: 'waiting for sessions',
    reason: null,
    requestedBy: 'alice',
    requestedFrom: '10.0.0.9',
    parameters: { hold: 'operator', onDeadline: 'force' },
    progress: null,
    deliverBy: null,
    deadlineAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    cancelRequested: null,
    confirmationNeeded: null,
    result: null,
    error: null,
    output: null,
    ...otherwise,
  };
}
