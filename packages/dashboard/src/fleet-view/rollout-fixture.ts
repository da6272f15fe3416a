/** A rollout that runs, and a node of it, for tests, with what a test says otherwise. */
import type { Rollout, RolloutNode } from '@sluice/contract';

export function rolloutFixture(otherwise: Partial<Rollout> = {}): Rollout {
  const counts = { nodes: 4, pending: 2, inProgress: 1, succeeded: 1, failed: 0, skipped: 0 };
  return {
    id: 'ro_1',
    status: 'running',
    pause: null,
    waiting: null,
    error: null,
    spec: { selector: 'type=lobby', command: { kind: 'restart' } },
    createdBy: 'alice',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    counts,
    unavailable: { now: 1, allowed: 2 },
    batches: [
      { number: 1, nodes: 2, pending: 0, inProgress: 1, succeeded: 1, failed: 0, skipped: 0 },
      { number: 2, nodes: 2, pending: 2, inProgress: 0, succeeded: 0, failed: 0, skipped: 0 },
    ],
    newNodes: [],
    newNodesCount: 0,
    expectedEndAt: null,
    revision: 1,
    ...otherwise,
  };
}

export function rolloutNodeFixture(nodeId: string, otherwise: Partial<RolloutNode> = {}): RolloutNode {
  return {
    nodeId,
    position: 1,
    batch: 1,
    status: 'pending',
    detail: null,
    attempt: 1,
    operationIds: [],
    startedAt: null,
    endedAt: null,
    ...otherwise,
  };
}
