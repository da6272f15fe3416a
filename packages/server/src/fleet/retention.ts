/** Old history goes, a little at a time, so that the store does not grow for ever and no request waits for it. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { TokenBook } from './token-book.ts';
import { ANSWERED_FOR_MS } from './commit-queue.ts';

/** Milliseconds between two looks, and between two bites of the same look. */
const EVERY_MS = 60_000;
const NEXT_BITE_MS = 200;
/** Milliseconds for which a token is still told of when it opens nothing any more. */
const ENDED_TOKENS_KEPT_MS = 90 * 86_400_000;
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
  readonly tokens: TokenBook;
  readonly clock: Clock;
  readonly settings: RetentionSettings;
  readonly logger: Logger;
}

export class Retention {
  readonly #options: RetentionOptions;
  #cancel: () => void;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** Begins at once. */
  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#cancel = this.#after(NEXT_BITE_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#turn;
  }

  #after(ms: number): () => void {
    const { clock } = this.#options;
    return clock.wakeAt(clock.now() + ms, () => {
      this.#turn = this.#bite();
    });
  }

  async #bite(): Promise<void> {
    const { store, tokens, clock, settings, logger } = this.#options;
    const now = clock.now();
    let isMore = false;
    const known = new Set([...tokens.all()].map(({ id }) => id));
    try {
      const pruned = await store.prune({
        eventsBefore: now - settings.eventsMaxAgeMs,
        eventsKeptMax: settings.eventsMaxCount,
        operationsBefore: now - settings.operationsMaxAgeMs,
        operationsKeptMax: settings.operationsMaxCount,
        operationsCountedBefore: now - ANSWERED_FOR_MS,
        answeredBefore: now - ANSWERED_FOR_MS,
        rowsMax: ROWS_MAX,
      });
      const most = Math.max(pruned.events, pruned.operations, pruned.answered);
      await store.pruneTokens(now - ENDED_TOKENS_KEPT_MS);
      for (const token of await store.tokens()) known.delete(token.id);
      for (const id of known) tokens.remove(id);
      isMore = most >= ROWS_MAX;
      if (most > 0) logger.debug({ event: 'history-pruned', ...pruned }, 'old history was removed');
    } catch (error) {
      logger.warn({ event: 'history-unpruned', err: error }, 'old history could not be removed; it is tried again');
    }
    if (!this.#isStopped) this.#cancel = this.#after(isMore ? NEXT_BITE_MS : EVERY_MS);
  }
}
