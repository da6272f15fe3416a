/** What the agents of a benchmark say at the beginning of a session. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type AgentProof, type Hello, textToSign, type WorkloadReport } from '@sluice/contract';

/** Agents are of these types in turn, and every other one is of the environment `dev`: filters have something to leave out. */
export const NODE_TYPES = ['game-server', 'lobby', 'chat', 'match-maker'] as const;

export interface PlayedKey {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

/** Bytes of an Ed25519 public key: the end of its SubjectPublicKeyInfo. */
const PUBLIC_KEY_BYTES = 32;

/**
 * A key as objects: a fleet of thousands signs at once, and must not read each key from text first. It is written out by the
 * call that makes it and read again: Node.js 20 deadlocks now and then when a key that it has just made is exported (the export
 * holds the key's lock, and a garbage collection in it waits for that lock to remove what made the key).
 */
export function newPlayedKey(): PlayedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return {
    privateKey: createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' }),
    publicKey: publicKey.subarray(-PUBLIC_KEY_BYTES).toString('base64url'),
  };
}

export function proofOf({ privateKey, publicKey }: PlayedKey, nonce: string, nodeId: string): AgentProof {
  const text = Buffer.from(textToSign('hello', nonce, nodeId, publicKey));
  return { publicKey, signature: sign(null, text, privateKey).toString('base64url') };
}

/** The id of the node that the agent number `index` speaks for. */
export function nodeIdOf(index: number): string {
  return `node-${index}`;
}

/** A workload that runs and is healthy. */
export const WORKLOAD: WorkloadReport = {
  driver: 'process',
  phase: 'running',
  healthy: true,
  incarnation: 1,
  startedAt: 1,
  problem: null,
  countsSessions: true,
  stopGraceMs: 30_000,
  healthyWithinMs: 60_000,
  locks: [],
};

/** A hello as a healthy node says it. */
export function helloOf(id: string, proof: AgentProof, index = 0): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentVersion: 'bench',
    instanceId: id,
    proof,
    node: {
      id,
      name: id,
      type: NODE_TYPES[index % NODE_TYPES.length] ?? NODE_TYPES[0],
      port: 7777,
      version: '1.4.2',
      region: 'eu-west',
      zone: 'b',
      labels: { game: 'chess', env: index % 2 === 0 ? 'prod' : 'dev' },
    },
    resources: { cpuCount: 4, memoryBytes: 8_589_934_592 },
    commands: [],
    availability: { generation: 0, availability: 'active', holds: [] },
    workload: WORKLOAD,
    load: { sessions: 0, cpuPercent: 17, memoryBytes: 2_147_483_648, problem: null },
    journal: [],
  };
}
