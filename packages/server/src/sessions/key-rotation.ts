/** The key of a session's agent: when it is old a new one is asked for, and the one that the agent offers is recorded. */
import type { Actor, KeyOffer, ServerMessage } from '@sluice/contract';
import type { Credentials, NodeState } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';
import { isProved } from './check-proof.ts';
import { SERVER } from '../fleet/server-actor.ts';

export interface KeyRotationOptions {
  readonly fleet: Fleet;
  readonly nonce: string;
  /** Milliseconds after which an agent is asked for a new key. */
  readonly keyMaxAgeMs: number;
  readonly actor: () => Actor;
  readonly send: (message: ServerMessage) => void;
  /** What the agent said was no offer. */
  readonly misled: (why: string) => void;
}

export class KeyRotation {
  readonly #options: KeyRotationOptions;
  /** Epoch milliseconds. */
  #rotateAt = Infinity;
  /** The key that the session was opened with; `null`: by none. */
  #provedKey: string | null = null;

  constructor(options: KeyRotationOptions) {
    this.#options = options;
  }

  /** The session was opened with these. */
  watch({ agentAccess }: NodeState, credentials: Credentials): void {
    if (credentials.kind !== 'key') return;
    this.#provedKey = credentials.publicKey;
    const key = agentAccess.keys.find(({ publicKey }) => publicKey === credentials.publicKey);
    const isNotToBeAsked = key === undefined || agentAccess.isRotationWanted;
    this.#rotateAt = isNotToBeAsked ? Infinity : key.since + this.#options.keyMaxAgeMs;
  }

  get isDue(): boolean {
    return this.#rotateAt !== Infinity && this.#options.fleet.now() >= this.#rotateAt;
  }

  /** Asks the agent for a new key, by way of its node's state. */
  async ask(nodeId: string): Promise<void> {
    this.#rotateAt = Infinity;
    await this.#options.fleet.record(nodeId, { kind: 'RequestKeyRotation' }, SERVER);
  }

  async take(nodeId: string, { proof }: KeyOffer): Promise<void> {
    const { fleet, nonce, actor, send, misled } = this.#options;
    if (!(await isProved(proof, 'key-offer', nonce, nodeId))) {
      misled('the signature of the offered key does not fit');
      return;
    }
    const provedKey = this.#provedKey;
    if (provedKey === null) return;
    const { publicKey } = proof;
    const result = await fleet.record(nodeId, { kind: 'OfferKey', publicKey, provedKey }, actor());
    // One that was not taken is no reason to end the session: the agent goes on with the key that it has.
    if (result.ok) send({ kind: 'key.accepted', publicKey });
  }
}
