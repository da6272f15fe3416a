/** Whether a chain of events is whole: each is checked against the hash that the next one carries. */
import type { ChainedRecord } from '@sluice/contract';
import { hashOfEvent } from '@sluice/server';

/** A place in the chain. */
export interface Head {
  readonly sequence: number;
  /** `null`: no event has a hash yet. */
  readonly hash: string | null;
}

/** What is wrong, and where it begins. */
export interface Fault {
  readonly sequence: number;
  readonly what: string;
}

/** Takes the events one after the other, oldest first. */
export class ChainVerifier {
  readonly #expected: Head | null;
  #hasMetExpected = false;
  #first: number | null = null;
  #before: { readonly sequence: number; readonly hash: string } | null = null;
  #hasBegun = false;
  #removedThrough = 0;
  #events = 0;
  #unvouched = 0;

  /** @param expected A head of before that must still be part of the chain; `null`: none is known. */
  constructor(expected: Head | null) {
    this.#expected = expected;
  }

  /** Events in all, and those of before there were hashes, for which nothing vouches. */
  get counts(): { readonly events: number; readonly unvouched: number } {
    return { events: this.#events, unvouched: this.#unvouched };
  }

  /** @returns What is wrong with this event or the one before it; `null`: nothing. */
  add(event: ChainedRecord): Fault | null {
    const { sequence, previousHash } = event;
    const before = this.#before;
    this.#first ??= sequence;
    this.#events += 1;
    if (before !== null && sequence !== before.sequence + 1)
      return { sequence: before.sequence + 1, what: `is missing: after ${before.sequence} comes ${sequence}` };
    if (previousHash === null && this.#hasBegun)
      return { sequence, what: 'was changed: it does not carry the hash of the one before it' };
    if (previousHash === null && before !== null) this.#unvouched += 1;
    if (previousHash !== null && before !== null && previousHash !== before.hash)
      return { sequence: before.sequence, what: `was changed, or event ${sequence} was: their hashes do not fit` };
    if (previousHash !== null) this.#hasBegun = true;
    const hash = hashOfEvent({ ...event, bodyText: event.body });
    this.#before = { sequence, hash };
    this.#removedThrough = Math.max(this.#removedThrough, removedThrough(event));
    if (this.#expected?.sequence !== sequence) return null;
    this.#hasMetExpected = true;
    return this.#expected.hash === hash
      ? null
      : { sequence, what: 'is not the one that you expect: the chain was written anew up to here' };
  }

  /** @returns What is wrong with the chain as a whole; `null`: nothing. */
  end(head: Head): Fault | null {
    const last = this.#before;
    if (last === null)
      return head.sequence === 0 ? null : { sequence: head.sequence, what: 'is missing: there are no events' };
    if (last.sequence !== head.sequence)
      return { sequence: last.sequence + 1, what: `is missing: the chain ends before ${head.sequence}` };
    if (head.hash !== null && last.hash !== head.hash)
      return { sequence: last.sequence, what: 'was changed: it does not fit the head of the chain' };
    if (this.#first !== null && this.#first > this.#removedThrough + 1)
      return {
        sequence: this.#removedThrough + 1,
        what: `is missing: the oldest event is ${this.#first}, and no retention has removed those before it`,
      };
    if (this.#expected === null || this.#hasMetExpected) return null;
    const { sequence } = this.#expected;
    // What the retention has removed since is vouched for by the events after it.
    if (sequence <= this.#removedThrough) return null;
    return { sequence, what: `is missing: the chain ends at ${head.sequence}` };
  }
}

/** Up to which event the retention says that it removed the oldest; 0: the event says nothing of it. */
function removedThrough({ kind, body }: ChainedRecord): number {
  if (kind !== 'EventsRemoved') return 0;
  const value: unknown = JSON.parse(body);
  const isSaid = typeof value === 'object' && value !== null && 'through' in value;
  return isSaid && typeof value.through === 'number' ? value.through : 0;
}
