/** Test support: what an agent that a test plays says of its node. */
import type { AgentProof, DeclaredCommand, Hello, RebootOffer } from '@sluice/contract';
import type { agentKeyUnderTest } from './agent-key-under-test.ts';

export interface NodeOptions {
  readonly type?: string;
  readonly name?: string;
  readonly region?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly commands?: readonly DeclaredCommand[];
  /** Absent: the machine may not be rebooted. */
  readonly reboot?: RebootOffer;
  readonly sessions?: number;
  readonly lockedBecause?: string;
  /** Absent: one that this server under test keeps for the node. An agent that also connects to another server has one of its own. */
  readonly key?: ReturnType<typeof agentKeyUnderTest>;
  /** Absent: one that is made of the node's id. */
  readonly instanceId?: string;
  /** Absent: one that any number of agents may use. */
  readonly joinToken?: string;
}

/** A hello as a healthy node says it. */
export function helloOf(id: string, options: NodeOptions, proof: AgentProof): Hello {
  const now = Date.now();
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentVersion: '0.1.0',
    instanceId: options.instanceId ?? `instance of ${id}`.slice(0, 64),
    proof,
    node: {
      id,
      name: options.name ?? 'a node',
      type: options.type ?? 'game-server',
      port: 7777,
      version: null,
      region: options.region ?? 'eu',
      zone: null,
      labels: { ...options.labels },
    },
    resources: { cpuCount: 2 },
    commands: [...(options.commands ?? [])],
    ...(options.reboot === undefined ? {} : { reboot: options.reboot }),
    availability: { generation: 0, availability: 'active', holds: [] },
    workload: {
      driver: 'process',
      phase: 'running',
      healthy: true,
      incarnation: 1,
      startedAt: now,
      problem: null,
      countsSessions: true,
      stopGraceMs: 5000,
      healthyWithinMs: 10_000,
      locks:
        options.lockedBecause === undefined
          ? []
          : [{ reason: options.lockedBecause, since: now, expiresAt: now + 3_600_000 }],
    },
    load: { sessions: options.sessions ?? 0, cpuPercent: null, memoryBytes: null, problem: null },
    journal: [],
  };
}
