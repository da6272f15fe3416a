/** The chain of events: each carries the hash of the one before it, so that what was changed, removed or slipped in is found. */
import { hash } from 'node:crypto';

/** What of an event the hash of the next one vouches for. */
export interface ChainLink {
  readonly sequence: number;
  readonly nodeId: string;
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whom the audit tells of; `null`: it does not. What would hide an event from it shows, too. */
  readonly actor: string | null;
  /** The body as JSON text, exactly as it is stored. */
  readonly bodyText: string;
  /** `null`: no event before it has a hash. */
  readonly previousHash: string | null;
}

/** SHA-256, in hexadecimal, over `[sequence, nodeId, kind, at, actor, body text, previous hash]` as JSON. */
export function hashOfEvent({ sequence, nodeId, kind, at, actor, bodyText, previousHash }: ChainLink): string {
  return hash('sha256', JSON.stringify([sequence, nodeId, kind, at, actor, bodyText, previousHash]), 'hex');
}

/** Gives events their numbers and their place in the chain. */
export class EventChain {
  #sequence: number;
  #head: string | null;

  /** @param head Hash of the event that was written last; `null`: there was none, or from before there were hashes. */
  constructor(lastSequence: number, head: string | null) {
    this.#sequence = lastSequence;
    this.#head = head;
  }

  /** The event's number, and the hash of the one before it. */
  add({ nodeId, kind, at, actor, bodyText }: Omit<ChainLink, 'sequence' | 'previousHash'>): {
    readonly sequence: number;
    readonly previousHash: string | null;
  } {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const previousHash = this.#head;
    this.#head = hashOfEvent({ sequence, nodeId, kind, at, actor, bodyText, previousHash });
    return { sequence, previousHash };
  }

  get lastSequence(): number {
    return this.#sequence;
  }

  get head(): string | null {
    return this.#head;
  }
}
