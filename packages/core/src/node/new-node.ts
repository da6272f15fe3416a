/** A node as it is the moment it is registered, before its agent has said anything of it. */
import type { AgentAccess, NodeState } from './node.ts';

/** Nobody speaks for the node yet. */
export const NO_ACCESS: AgentAccess = {
  keys: [],
  isRotationWanted: false,
  certificates: 'unused',
  certificatesRefusedBefore: null,
};

export function newNode(id: string, at: number): NodeState {
  return {
    id,
    createdAt: at,
    updatedAt: at,
    revision: 1,
    identity: { id, name: id, type: 'default', port: null, version: null, region: null, zone: null, labels: {} },
    ip: '',
    agentVersion: '',
    instanceId: '',
    agentAccess: NO_ACCESS,
    resources: {},
    commands: [],
    reboot: null,
    session: {
      kind: 'disconnected',
      since: at,
      why: 'its agent has not connected yet',
      generationThen: 0,
      holdsChangedSince: [],
    },
    offlineSince: null,
    workload: {
      driver: 'none',
      phase: 'stopped',
      healthy: null,
      incarnation: 0,
      startedAt: null,
      problem: null,
      countsSessions: false,
      stopGraceMs: 0,
      healthyWithinMs: 0,
      locks: [],
    },
    holds: [],
    wished: 'active',
    generation: 0,
    turnedAtGeneration: 0,
    drain: null,
    activation: { confirmed: false, problem: null },
    metadata: { json: 'null', revision: 0, changedAt: null },
    operations: [],
  };
}
