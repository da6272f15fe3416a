/** Asks again what events have made out of date, in batches: what nobody looks at is only marked. */
import type { ClientEvent } from '@sluice/client';
import type { QueryClient } from '@tanstack/react-query';
import { keysTouchedBy } from '../api/query-keys.ts';

/** Milliseconds for which events are gathered: a busy fleet has hundreds in a second. */
const GATHER_MS = 500;

export class QueryFreshness {
  readonly #queries: QueryClient;
  readonly #signal: AbortSignal;
  readonly #touched = new Map<string, readonly string[]>();
  #isWaiting = false;

  constructor(queries: QueryClient, signal: AbortSignal) {
    this.#queries = queries;
    this.#signal = signal;
  }

  touch(event: ClientEvent): void {
    for (const key of keysTouchedBy(event)) this.#touched.set(JSON.stringify(key), key);
    if (this.#isWaiting || this.#touched.size === 0) return;
    this.#isWaiting = true;
    setTimeout(() => this.#ask(), GATHER_MS);
  }

  touchAll(): void {
    void this.#queries.invalidateQueries();
  }

  #ask(): void {
    this.#isWaiting = false;
    const keys = [...this.#touched.values()];
    this.#touched.clear();
    if (this.#signal.aborted) return;
    for (const queryKey of keys) void this.#queries.invalidateQueries({ queryKey });
  }
}
