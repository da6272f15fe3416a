/** A healthy node for tests, with what a test says otherwise. */
import type { Node } from '@sluice/contract';

export function nodeFixture(id: string, otherwise: Partial<Node> = {}): Node {
  return {
    id,
    name: id,
    type: 'lobby',
    status: 'active',
    availability: 'active',
    connected: true,
    ip: '10.0.0.1',
    port: 7777,
    version: '1.0.0',
    region: 'eu-west',
    zone: 'a',
    labels: {},
    resources: {},
    load: { sessions: 5, cpuPercent: 10, memoryBytes: 1024, problem: null },
    workload: {
      driver: 'process',
      phase: 'running',
      healthy: true,
      incarnation: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
      problem: null,
      locks: [],
    },
    drain: null,
    holds: [],
    lastSeenAt: '2026-01-01T00:00:00.000Z',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    revision: 1,
    ...otherwise,
  };
}
