/** When nodes were last heard of and tokens last used: kept in memory, written in bulk now and then. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { LastSeen, Store } from '../store/store.ts';
import type { TokenBook } from './token-book.ts';
import { WakeQueue } from './wake-queue.ts';

/** Milliseconds between two bulk writes. */
const WRITE_EVERY_MS = 30_000;

export interface NotedTimesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly tokens: TokenBook;
  /** Asked once for each time that it was said to be heard of. `null`: never, or the node is gone. */
  readonly takeLastSeenOf: (nodeId: string) => number | null;
  /** Something was written: the store can be used. */
  readonly written: () => void;
  readonly logger: Logger;
}

export class NotedTimes {
  readonly #options: NotedTimesOptions;
  readonly #heard = new Set<string>();
  readonly #due: WakeQueue;

  constructor(options: NotedTimesOptions) {
    this.#options = options;
    this.#due = new WakeQueue(options.clock, () => void this.#write());
  }

  /** From now on it is written every half minute; also said when the clock was set. */
  begin(): void {
    this.#due.set('times', this.#options.clock.now() + WRITE_EVERY_MS);
  }

  heard(nodeId: string): void {
    this.#heard.add(nodeId);
  }

  /** Writes what is known. */
  async stop(): Promise<void> {
    this.#due.stop();
    await this.#write();
    this.#due.stop();
  }

  async #write(): Promise<void> {
    const { store, tokens, takeLastSeenOf, written, logger } = this.#options;
    const rows = [...this.#heard].flatMap((nodeId): LastSeen[] => {
      const lastSeenAt = takeLastSeenOf(nodeId);
      return lastSeenAt === null ? [] : [{ nodeId, lastSeenAt }];
    });
    this.#heard.clear();
    const uses = tokens.takeUses();
    this.begin();
    try {
      if (rows.length > 0) await store.recordLastSeen(rows);
      if (uses.length > 0) await store.recordTokenUses(uses);
      // A server that balancers were told to avoid gets no changes: this write shows that the store is back.
      if (rows.length + uses.length > 0) written();
    } catch (error) {
      logger.warn(
        { event: 'times-unwritten', err: error },
        'when nodes were last heard of and tokens last used was not noted; the next time will be',
      );
    }
  }
}
