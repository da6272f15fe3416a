/** The committed events for those who follow them: the newest from memory, older ones from the store. Pulled, never pushed. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@sluice/core';
import type { EventsQuery, StoredEvent } from '../store/store.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';
import { type ServedEvent, serveEvent } from './served-event.ts';

/** Events that are kept in memory while anybody follows: some seconds of a busy fleet of 10,000 nodes. */
const RING_EVENTS_MAX = 10_000;
/** Characters of all of them: an event with a command's output or large metadata has some 100,000. */
const RING_LENGTH_MAX = 32 * 1_048_576;
/** Events that are looked at, and characters that are given, at once: a turn of one reader does not keep others waiting. */
const PAGE_EVENTS_MAX = 500;
const PAGE_LENGTH_MAX = 256 * 1024;
/** Sequence numbers that one read of the store covers, so that a rare kind does not make it walk through everything at once. */
const STORE_WINDOW = 5000;
/** Pages of the ring that are kept until it changes: readers stand at a few places, and filter in a few ways. */
const PAGES_KEPT_MAX = 100;
/**
 * Pages of the store that one reader gets: 20,000 events at once, then 5,000 a second. Each page holds everybody else up for some
 * milliseconds, and whoever opens many streams from the beginning is one reader.
 */
const STORE_PAGES = { perSecond: 10, burst: 40 };
/** Milliseconds for which events are gathered before many readers are woken: a thousand commits a second wake each fifty times at most. */
const GATHER_MS = 20;
/** Up to so many readers are told each event at once, such as those of a drain. */
const FEW_READERS = 20;
/** Readers that are woken in one turn of the event loop: some milliseconds of work. */
const HANDFUL = 50;
/** Readers that are woken at once; beyond that events are gathered for them as well. */
const FEW_WAKES = { perSecond: 5000, burst: 500 };

/** Which events; every given condition must hold. */
export interface EventFilter {
  readonly nodeId?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
}

export interface EventPage {
  /** In the order of their sequence numbers. */
  readonly events: readonly ServedEvent[];
  /** Everything up to this event has been looked at. */
  readonly upTo: number;
  /** Events before this one would have belonged here and are gone; `null`: none is missing. */
  readonly oldestKept: number | null;
  /** The messages of all its events, encoded once for all who are told all of them. */
  readonly bytes: () => Buffer;
}

/** Where events come from: the fleet. */
export interface EventSource {
  readonly lastSequence: number;
  events(query: EventsQuery): Promise<readonly StoredEvent[]>;
  subscribeToEvents(listener: (events: readonly StoredEvent[]) => void): () => void;
}

export class EventFeed {
  readonly #source: EventSource;
  readonly #clock: Clock;
  /** Without a gap, from its first sequence number on; it is filled only while somebody follows. */
  #ring: ServedEvent[] = [];
  #ringLength = 0;
  #followers = 0;
  readonly #waiting = new Set<() => void>();
  /** Pages of the ring as it is, for all who stand at the same place. */
  readonly #pages = new Map<string, EventPage>();
  readonly #storePages = new RateLimiter(STORE_PAGES);
  readonly #fewWakes = new RateLimiter(FEW_WAKES);
  #isGathering = false;

  constructor(source: EventSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    source.subscribeToEvents((events) => this.#take(events));
  }

  /** The newest event that can be told. */
  get lastSequence(): number {
    return this.#source.lastSequence;
  }

  /** How many follow now. */
  get followers(): number {
    return this.#followers;
  }

  /** From now on the newest events are kept at hand. @returns What ends it. */
  follow(): () => void {
    this.#followers += 1;
    return () => {
      this.#followers -= 1;
      if (this.#followers === 0) this.#emptyRing();
    };
  }

  /** The oldest event that is kept; when there is none, the next one to come. */
  async oldestSequence(): Promise<number> {
    const next = this.lastSequence + 1;
    const [oldest] = await this.#source.events({ limit: 1 });
    return oldest?.sequence ?? next;
  }

  /**
   * What comes after the event `after`, as far as it goes into one page. Old events come no faster than their reader may ask.
   * @param reader Whose streams count together.
   * @param eventsMax Events that are looked at, at most: for one who needs only the next few.
   */
  async page(after: number, filter: EventFilter, reader: string, eventsMax = PAGE_EVENTS_MAX): Promise<EventPage> {
    if (this.#isInRing(after)) return this.#pageOfRing(after, filter, eventsMax);
    if (after < this.lastSequence) {
      for (let waitMs = 1; waitMs > 0;) {
        waitMs = this.#storePages.take(reader, 1, performance.now());
        if (waitMs > 0) await this.#pause(waitMs);
      }
    }
    return this.#pageOfStore(after, filter, eventsMax);
  }

  #isInRing(after: number): boolean {
    const first = this.#ring[0]?.sequence;
    return first !== undefined && after + 1 >= first;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.wakeAt(this.#clock.now() + ms, resolve));
  }

  /** Resolves when there is something after the event `after`, when the time is over, or when the signal is aborted. */
  async changed(after: number, withinMs: number, signal: AbortSignal): Promise<void> {
    if (this.lastSequence > after || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#clock.wakeAt(this.#clock.now() + withinMs, end);
      this.#waiting.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  #pageOfRing(after: number, filter: EventFilter, eventsMax: number): EventPage {
    const key = JSON.stringify([after, filter.nodeId, filter.kinds, eventsMax]);
    const page = this.#pages.get(key) ?? this.#newPageOfRing(after, filter, eventsMax);
    if (this.#pages.size < PAGES_KEPT_MAX) this.#pages.set(key, page);
    return page;
  }

  #newPageOfRing(after: number, filter: EventFilter, eventsMax: number): EventPage {
    const first = this.#ring[0]?.sequence ?? 0;
    const candidates = this.#ring.slice(after + 1 - first, after + 1 - first + eventsMax);
    const events: ServedEvent[] = [];
    let upTo = after;
    let length = 0;
    for (const event of candidates) {
      upTo = event.sequence;
      if (!passes(event, filter)) continue;
      events.push(event);
      length += event.message.length;
      if (length >= PAGE_LENGTH_MAX) break;
    }
    return pageOf(events, upTo, null);
  }

  async #pageOfStore(after: number, filter: EventFilter, eventsMax: number): Promise<EventPage> {
    // What is in the store but not yet in memory waits: who reads a list after an event must see what it changed.
    const { lastSequence } = this;
    if (after >= lastSequence) return pageOf([], after, null);
    const from = Math.max(after, (await this.oldestSequence()) - 1);
    const until = Math.min(from + STORE_WINDOW, lastSequence);
    const stored = await this.#source.events({ ...filter, after: from, before: until + 1, limit: eventsMax });
    // Looked at after the page was read: it may have been removed in between, and is rather missed once too often.
    const oldest = await this.oldestSequence();
    const events: ServedEvent[] = [];
    let length = 0;
    for (const event of stored) {
      if (length >= PAGE_LENGTH_MAX) break;
      const served = serveEvent(event);
      events.push(served);
      length += served.message.length;
    }
    const isWhole = stored.length < eventsMax && events.length === stored.length;
    const upTo = isWhole ? until : (events.at(-1)?.sequence ?? from);
    return pageOf(events, upTo, oldest > after + 1 ? oldest : null);
  }

  #take(events: readonly StoredEvent[]): void {
    if (this.#followers > 0) this.#keep(events.map(serveEvent));
    const readers = this.#waiting.size;
    if (readers === 0 || this.#isGathering) return;
    if (readers <= FEW_READERS && this.#fewWakes.take('', readers, performance.now()) === 0) {
      for (const end of this.#waiting) end();
      return;
    }
    this.#isGathering = true;
    void this.#wakeGathered();
  }

  async #wakeGathered(): Promise<void> {
    let wokenUpTo: number;
    do {
      await this.#pause(GATHER_MS);
      wokenUpTo = this.lastSequence;
      for (const [index, end] of [...this.#waiting].entries()) {
        if (index > 0 && index % HANDFUL === 0) await setImmediate();
        end();
      }
    } while (wokenUpTo < this.lastSequence && this.#waiting.size > 0);
    this.#isGathering = false;
  }

  #keep(events: readonly ServedEvent[]): void {
    this.#pages.clear();
    const last = this.#ring.at(-1);
    if (last !== undefined && events[0]?.sequence !== last.sequence + 1) this.#emptyRing();
    for (const event of events) {
      this.#ring.push(event);
      this.#ringLength += event.message.length;
    }
    let goes = Math.max(0, this.#ring.length - RING_EVENTS_MAX);
    let lengthGoes = this.#ring.slice(0, goes).reduce((sum, { message }) => sum + message.length, 0);
    for (; this.#ringLength - lengthGoes > RING_LENGTH_MAX; goes += 1)
      lengthGoes += this.#ring[goes]?.message.length ?? 0;
    this.#ring.splice(0, goes);
    this.#ringLength -= lengthGoes;
  }

  #emptyRing(): void {
    this.#pages.clear();
    this.#ring = [];
    this.#ringLength = 0;
  }
}

function pageOf(events: readonly ServedEvent[], upTo: number, oldestKept: number | null): EventPage {
  let bytes: Buffer | null = null;
  return {
    events,
    upTo,
    oldestKept,
    bytes: () => (bytes ??= Buffer.from(events.map((each) => each.message).join(''))),
  };
}

function passes(event: ServedEvent, { nodeId, kinds }: EventFilter): boolean {
  return (nodeId === undefined || event.nodeId === nodeId) && (kinds === undefined || kinds.includes(event.kind));
}
