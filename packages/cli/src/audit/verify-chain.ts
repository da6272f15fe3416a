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
  #first: ChainedRecord | null = null;
  /** What the retention says that it has removed: the hash of the newest of it, by its number. */
  readonly #removed = new Map<number, string | null>();
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
    this.#first ??= event;
    this.#events += 1;
    if (before === null && sequence < 1) return { sequence, what: 'was put in: the numbers of events begin with 1' };
    if (before !== null && sequence <= before.sequence)
      return { sequence, what: `was put in: it comes after ${before.sequence}` };
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
    const removal = removalIn(event);
    if (removal !== null) {
      this.#removed.set(removal.through, removal.hash);
      this.#removedThrough = Math.max(this.#removedThrough, removal.through);
    }
    if (this.#expected?.sequence !== sequence) return null;
    this.#hasMetExpected = true;
    return this.#expected.hash === hash
      ? null
      : { sequence, what: 'is not the one that you expect: the chain was written anew up to here' };
  }

  /**
   * @param after The events began after this one; `null`: with the oldest that is kept.
   * @returns What is wrong with the chain as a whole; `null`: nothing.
   */
  end(head: Head, after: number | null): Fault | null {
    const last = this.#before;
    const first = this.#first;
    if (last === null || first === null)
      return head.sequence === (after ?? 0)
        ? null
        : { sequence: head.sequence, what: 'is missing: there are no events' };
    if (last.sequence < head.sequence)
      return { sequence: last.sequence + 1, what: `is missing: the chain ends before ${head.sequence}` };
    if (last.sequence > head.sequence)
      return { sequence: head.sequence + 1, what: `was put in: the chain ends at ${head.sequence}` };
    if (last.hash !== head.hash && (head.hash !== null || this.#hasBegun))
      return { sequence: last.sequence, what: 'was changed: it does not fit the head of the chain' };
    return this.#faultOfBeginning(first, after) ?? this.#faultOfExpected(first, head);
  }

  /** What is missing at the beginning must have been removed by the retention, which says so. */
  #faultOfBeginning({ sequence, previousHash }: ChainedRecord, after: number | null): Fault | null {
    const begins = Math.max(after ?? 0, this.#removedThrough) + 1;
    // Versions without hashes removed old events without a word; what has hashes since cannot pass for theirs.
    const isOfBefore = previousHash === null && sequence > 1 && this.#removedThrough === 0;
    if (sequence > begins && !isOfBefore)
      return {
        sequence: begins,
        what: `is missing: the oldest event is ${sequence}, and no retention has removed those before it`,
      };
    const removed = this.#removed.get(sequence - 1) ?? null;
    return removed !== null && previousHash !== null && previousHash !== removed
      ? { sequence, what: 'was changed: it does not carry the hash of the one that was removed before it' }
      : null;
  }

  #faultOfExpected(first: ChainedRecord, head: Head): Fault | null {
    if (this.#expected === null || this.#hasMetExpected) return null;
    const { sequence, hash } = this.#expected;
    if (sequence > head.sequence) return { sequence, what: `is missing: the chain ends at ${head.sequence}` };
    const kept = sequence === first.sequence - 1 ? first.previousHash : (this.#removed.get(sequence) ?? null);
    // That it was removed by the retention only the chain itself says, which may have been written anew to say so.
    if (kept === null)
      return { sequence, what: 'is not kept any more, so nothing can be proved by it: expect a head that is younger' };
    return kept === hash ? null : { sequence, what: 'is not the one that you expect: the chain was written anew' };
  }
}

/** Up to which event the retention says that it removed the oldest; `null`: the event says nothing of it. */
function removalIn({ kind, body }: ChainedRecord): { readonly through: number; readonly hash: string | null } | null {
  if (kind !== 'EventsRemoved') return null;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Not as it was committed; its hash tells.
    return null;
  }
  if (typeof value !== 'object' || value === null || !('through' in value) || !('hash' in value)) return null;
  const { through, hash } = value;
  return typeof through === 'number' && (typeof hash === 'string' || hash === null) ? { through, hash } : null;
}
