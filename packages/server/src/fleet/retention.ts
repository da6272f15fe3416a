/** Old history goes, a little at a time, so that the store does not grow for ever and no request waits for it. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { Fleet } from './fleet.ts';
import type { Servers } from './servers.ts';
import { note } from './token.ts';
import { ANSWERED_FOR_MS } from './execution.ts';
import { SERVER } from './server-actor.ts';

/** Milliseconds between two looks, and between two bites of the same look. */
const EVERY_MS = 60_000;
const NEXT_BITE_MS = 200;
/** Milliseconds for which a token is still told of when it opens nothing any more. */
const ENDED_TOKENS_KEPT_MS = 90 * 86_400_000;
/** Milliseconds between two removals of old events. */
const EVENTS_EVERY_MS = 86_400_000;
/** Milliseconds for which it is kept which rows a commit has written; a server that is further behind reads everything anew. */
const COMMITS_KEPT_MS = 600_000;
/** Rows of each kind that go at once: some 10 ms of the store's time. */
const ROWS_MAX = 1000;

/** How long, and how many. Both hold: what is too old goes, and what is too many. */
export interface RetentionSettings {
  readonly eventsMaxAgeMs: number;
  readonly eventsMaxCount: number;
  readonly operationsMaxAgeMs: number;
  /** Operations younger than a day stay, however many: requests with an `Idempotency-Key` may still be answered by them. */
  readonly operationsMaxCount: number;
}

export interface RetentionOptions {
  readonly store: Store;
  readonly fleet: Pick<Fleet, 'access' | 'tokens'>;
  readonly servers: Pick<Servers, 'isOurs' | 'subscribe'>;
  readonly clock: Clock;
  readonly settings: RetentionSettings;
  readonly logger: Logger;
}

export class Retention {
  readonly #options: RetentionOptions;
  #cancel: () => void;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isBiting = false;
  readonly #unsubscribe: () => void;
  /** When, and up to which event, the removal of events was said last. */
  #announcedAt: number | null = null;
  #announcedThrough = 0;
  /** The last bite was a whole one: there is more. */
  #isClearing = false;

  /** Begins at once. */
  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#cancel = this.#after(NEXT_BITE_MS);
    // Whoever did it may be gone.
    this.#unsubscribe = options.servers.subscribe(() => this.#lookSoon());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unsubscribe();
    this.#cancel();
    await this.#turn;
  }

  #lookSoon(): void {
    if (this.#isBiting) return;
    this.#cancel();
    this.#cancel = this.#after(NEXT_BITE_MS);
  }

  #after(ms: number): () => void {
    const { clock } = this.#options;
    return clock.wakeAt(clock.now() + ms, () => {
      this.#turn = this.#bite();
    });
  }

  async #bite(): Promise<void> {
    const { store, fleet, servers, logger } = this.#options;
    const { tokens } = fleet;
    let isMore = false;
    this.#isBiting = true;
    const known = new Set([...tokens.all()].map(({ id }) => id));
    try {
      if (servers.isOurs('retention')) isMore = await this.#prune();
      // Whoever has removed them.
      for (const token of await store.tokens()) known.delete(token.id);
      for (const id of known) tokens.remove(id);
    } catch (error) {
      logger.warn({ event: 'history-unpruned', err: error }, 'old history could not be removed; it is tried again');
    }
    this.#isBiting = false;
    if (!this.#isStopped) this.#cancel = this.#after(isMore ? NEXT_BITE_MS : EVERY_MS);
  }

  /** @returns Whether there is more. */
  async #prune(): Promise<boolean> {
    const { store, clock, settings, logger } = this.#options;
    const now = clock.now();
    const events = { eventsBefore: now - settings.eventsMaxAgeMs, eventsKeptMax: settings.eventsMaxCount };
    const pruned = await store.prune({
      ...events,
      eventsUpTo: await this.#announce(events),
      operationsBefore: now - settings.operationsMaxAgeMs,
      operationsKeptMax: settings.operationsMaxCount,
      operationsCountedBefore: now - ANSWERED_FOR_MS,
      answeredBefore: now - ANSWERED_FOR_MS,
      rowsMax: ROWS_MAX,
    });
    const rollouts = await store.rollouts.prune(events.eventsBefore, ROWS_MAX);
    const most = Math.max(pruned.events, pruned.operations, pruned.answered, rollouts);
    await store.pruneTokens(now - ENDED_TOKENS_KEPT_MS);
    await store.logins.pruneCodes(now);
    await store.shared?.pruneCommits(now - COMMITS_KEPT_MS);
    this.#isClearing = pruned.events >= ROWS_MAX;
    if (most > 0) logger.debug({ event: 'history-pruned', ...pruned, rollouts }, 'old history was removed');
    return most >= ROWS_MAX;
  }

  /**
   * What is removed from the beginning of the chain is said in the chain itself, before it goes: a history that is shorter
   * than that was tampered with. Old events go once a day, or when there are far too many: each time adds one.
   * @returns The last event that may go; 0: none.
   */
  async #announce(events: { readonly eventsBefore: number; readonly eventsKeptMax: number }): Promise<number> {
    const { store, fleet, clock } = this.#options;
    const now = clock.now();
    const last = await store.lastToRemove({ ...events, rowsMax: ROWS_MAX });
    if (last === null) return 0;
    const { sequence } = await store.chainHead();
    const isDue = this.#announcedAt === null || now - this.#announcedAt >= EVENTS_EVERY_MS;
    const [oldest] = await store.events({ limit: 1 });
    const isFull = sequence - (oldest?.sequence ?? sequence) > events.eventsKeptMax + ROWS_MAX;
    if (last.sequence === this.#announcedThrough) return last.sequence;
    if (!isDue && !isFull && !this.#isClearing) return 0;
    const event = { kind: 'EventsRemoved', through: last.sequence, hash: last.hash } as const;
    const announced = await fleet.access(() => ({
      ok: true,
      value: { tokens: [], notes: [note(event, SERVER, now)] },
    }));
    if (!announced.ok) return 0;
    this.#announcedAt = now;
    this.#announcedThrough = last.sequence;
    return last.sequence;
  }
}
