/** When nodes were last heard of and tokens last used: kept in memory, written in bulk now and then, and read as other servers wrote it. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { LastSeen, Store } from '../store/store.ts';
import type { TokenBook } from './token-book.ts';
import { WakeQueue } from './wake-queue.ts';

/** Milliseconds between two bulk writes. */
const WRITE_EVERY_MS = 30_000;
/** Milliseconds by which a use is older than its note at most: it waited to be written, and clocks of two servers differ. */
const NOTED_LATE_MS = 2 * WRITE_EVERY_MS;

export interface NotedTimesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly tokens: TokenBook;
  /** The nodes whose agents are connected here: each is heard more often than it is noted. */
  readonly heardHere: () => Iterable<string>;
  /** `null`: never, or the node is gone. */
  readonly lastSeenOf: (nodeId: string) => number | null;
  /** Something was written: the store can be used. */
  readonly written: () => void;
  readonly logger: Logger;
}

export class NotedTimes {
  readonly #options: NotedTimesOptions;
  /** Nodes whose agents have been here since it was noted last. */
  readonly #left = new Set<string>();
  readonly #due: WakeQueue;
  /** Up to when the uses at other servers are known. */
  #usesKnownAt: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: NotedTimesOptions) {
    this.#options = options;
    this.#usesKnownAt = options.clock.now();
    this.#due = new WakeQueue(options.clock, () => {
      this.#turn = this.#write().then(() => this.#readUses());
    });
  }

  /** From now on it is written every half minute; also said when the clock was set. */
  begin(): void {
    this.#due.set('times', this.#options.clock.now() + WRITE_EVERY_MS);
  }

  left(nodeId: string): void {
    this.#left.add(nodeId);
  }

  /** Writes what is known. */
  async stop(): Promise<void> {
    this.#due.stop();
    await this.#turn;
    await this.#write();
    this.#due.stop();
  }

  async #write(): Promise<void> {
    const { store, tokens, heardHere, lastSeenOf, written, logger } = this.#options;
    const rows = [...new Set([...heardHere(), ...this.#left])].flatMap((nodeId): LastSeen[] => {
      const lastSeenAt = lastSeenOf(nodeId);
      return lastSeenAt === null ? [] : [{ nodeId, lastSeenAt }];
    });
    const left = [...this.#left];
    this.#left.clear();
    const uses = tokens.takeUses();
    this.begin();
    try {
      if (rows.length > 0) await store.recordLastSeen(rows);
      if (uses.length > 0) await store.recordTokenUses(uses);
      // A server that balancers were told to avoid gets no changes: this write shows that the store is back.
      if (rows.length + uses.length > 0) written();
    } catch (error) {
      for (const nodeId of left) this.#left.add(nodeId);
      logger.warn(
        { event: 'times-unwritten', err: error },
        'when nodes were last heard of and tokens last used was not noted; the next time will be',
      );
    }
  }

  /** A session that is used at another server must not end here because nobody used it. */
  async #readUses(): Promise<void> {
    const { store, clock, tokens, logger } = this.#options;
    const now = clock.now();
    try {
      // The clock may have been set back.
      const since = Math.min(this.#usesKnownAt, now) - NOTED_LATE_MS;
      for (const use of await store.logins.usesSince(since)) tokens.usedElsewhere(use);
      this.#usesKnownAt = now;
    } catch (error) {
      const sentence = 'when tokens were last used at other servers could not be read; it is tried again';
      logger.warn({ event: 'uses-unread', err: error }, sentence);
    }
  }
}
