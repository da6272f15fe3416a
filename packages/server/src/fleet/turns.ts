/**
 * Turns at deciding: from the begin of one to its end nobody else decides, and memory shows everything that was committed before. With
 * one server that is so by itself; several take turns by the pen of the store that they share.
 */
import type { Logger } from 'pino';
import { type Pen, SupersededError } from '../store/shared-store.ts';
import type { AnsweredRequest, Store } from '../store/store.ts';
import { storeProblemOf } from './store-problem.ts';
import { STORE_FAILED } from './write-batch.ts';

/** Either of its verbs ends it. */
export type Turn = Pen;

export interface TurnsOptions {
  readonly store: Store;
  readonly logger: Logger;
  /** Memory cannot be made true any more: the server is to start anew. */
  readonly superseded: (reason: string) => void;
}

export class Turns {
  readonly #options: TurnsOptions;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** @returns The turn, or why there can be none now, in plain words. */
  async take(keys: readonly string[]): Promise<Turn | string> {
    const { store } = this.#options;
    try {
      return await (store.shared === null ? ownTurn(store, keys) : store.shared.takePen(keys));
    } catch (error) {
      return this.#whyNone(error);
    }
  }

  /** Brings memory up to date without deciding anything. @returns Whether the store that is shared has answered. */
  async catchUp(): Promise<boolean> {
    const { shared } = this.#options.store;
    if (shared === null) return false;
    try {
      await shared.catchUp();
      return true;
    } catch (error) {
      this.#whyNone(error);
      return false;
    }
  }

  #whyNone(error: unknown): string {
    const { logger, superseded } = this.#options;
    if (error instanceof SupersededError) {
      if (error.cause !== undefined) logger.fatal({ event: 'take-over-failed', err: error.cause }, error.message);
      superseded(error.message);
      return error.message;
    }
    const problem = storeProblemOf(error);
    // That it is away the store says itself, once.
    if (problem === null) logger.error({ event: 'store-failed', err: error }, 'nobody knows what was committed before');
    return problem ?? STORE_FAILED;
  }
}

async function ownTurn(store: Store, keys: readonly string[]): Promise<Turn> {
  return {
    answered: keys.length === 0 ? [] : await store.answeredRequests(keys),
    commit: (changes, answered, beside) => store.commit(changes, answered, beside),
    putDown: () => Promise.resolve(),
  };
}

/** What was answered before and still counts, by key. @param since Epoch milliseconds. */
export function answeredSince({ answered }: Turn, since: number): ReadonlyMap<string, AnsweredRequest> {
  return new Map(answered.filter(({ answeredAt }) => answeredAt >= since).map((request) => [request.key, request]));
}
