/** Test support: what the agent of a healthy node says when it connects. */
import type { Hello } from '@sluice/contract';

export function helloUnderTest(id: string): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentVersion: '0.1.0',
    instanceId: 'i',
    proof: null,
    node: { id, name: id, type: 'edge', port: null, version: null, region: null, zone: null, labels: {} },
    resources: {},
    commands: [],
    availability: { generation: 0, availability: 'active', holds: [] },
    workload: {
      driver: 'exec',
      phase: 'running',
      healthy: true,
      incarnation: 1,
      startedAt: 1,
      problem: null,
      countsSessions: false,
      stopGraceMs: 0,
      healthyWithinMs: 0,
      locks: [],
    },
    load: { sessions: null, cpuPercent: null, memoryBytes: null, problem: null },
    journal: [],
  };
}
