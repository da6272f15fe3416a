/**
 * Keeps the store of nodes true: the whole list once, then only what has changed, asked for as soon as an event tells of a change
 * and now and then for what no event tells, the load. A lost connection heals by itself.
 */
import type { Client, ClientEvent, ClientProblem } from '@sluice/client';
import type { NodeStore } from './node-store.ts';
import type { Watched } from './watched.ts';

/** Milliseconds between two questions for what has changed, however many events come: ten thousand nodes change all the time. */
const READ_GAP_MS = 250;
/** Milliseconds after which loads are asked for, where no event made the feed ask before. */
const LOADS_EVERY_MS = 2000;
/** Milliseconds until a list that could not be read is asked for again. */
const RETRY_MS = 1000;

export type FeedState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** What is shown is from before `since` (epoch milliseconds). It is tried again by itself. */
  | { readonly kind: 'lost'; readonly since: number; readonly problem: ClientProblem }
  /** The server does not give it, and trying again would not help. */
  | { readonly kind: 'refused'; readonly problem: ClientProblem };

export interface FeedOptions {
  readonly api: Pick<Client, 'events' | 'listNodes'>;
  readonly store: NodeStore;
  /** What the feed says of itself. */
  readonly state: Watched<FeedState>;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Resolves when somebody looks at the page; at once while somebody does. */
  readonly seen: (signal: AbortSignal) => Promise<void>;
  /** Told of every event from now on, in order. */
  readonly told: (event: ClientEvent) => void;
  /** What was known may be incomplete: everything beside the nodes is to be asked for again. */
  readonly missed: () => void;
}

export class FleetFeed {
  readonly #options: FeedOptions;
  /** Of the list that is shown; `null`: the whole one is to be read. */
  #etag: string | null = null;
  #isChanged = true;
  #wake: () => void = () => undefined;
  #isStreamOpen = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Until the signal ends it. */
  async run(): Promise<void> {
    await Promise.all([this.#readLists(), this.#followEvents()]);
  }

  async #readLists(): Promise<void> {
    const { signal, seen } = this.#options;
    while (!signal.aborted) {
      await seen(signal);
      const isRead = await this.#readList();
      if (signal.aborted) return;
      await pause(isRead ? READ_GAP_MS : RETRY_MS, signal);
      if (!this.#isChanged) await this.#changed(LOADS_EVERY_MS - READ_GAP_MS);
    }
  }

  async #readList(): Promise<boolean> {
    const { api, store, state, signal } = this.#options;
    this.#isChanged = false;
    const query = this.#etag === null ? {} : { changedSince: this.#etag };
    const answer = await api.listNodes({ query, signal });
    if (signal.aborted) return false;
    if (!answer.ok) {
      this.#isChanged = true;
      this.#lose(answer.problem);
      return false;
    }
    if (answer.value.changesOnly === true) store.put(answer.value.items);
    else store.replaceAll(answer.value.items);
    this.#etag = answer.etag;
    if (this.#isStreamOpen) state.set(LIVE);
    return true;
  }

  async #followEvents(): Promise<void> {
    const { api, state, signal, told, missed } = this.#options;
    let isFirst = true;
    for await (const item of api.events({ signal })) {
      switch (item.kind) {
        case 'ready':
          this.#isStreamOpen = true;
          if (!isFirst) missed();
          isFirst = false;
          this.#ask();
          break;
        case 'event':
          told(item.event);
          if (item.event.nodeId !== null) this.#ask();
          break;
        case 'reset':
          this.#etag = null;
          if (!isFirst) missed();
          this.#ask();
          break;
        case 'interrupted':
          this.#isStreamOpen = false;
          this.#lose(item.problem);
          break;
        case 'refused':
          state.set({ kind: 'refused', problem: item.problem });
          break;
      }
    }
  }

  #lose(problem: ClientProblem): void {
    const { state, now } = this.#options;
    if (state.get().kind !== 'lost') state.set({ kind: 'lost', since: now(), problem });
  }

  #ask(): void {
    this.#isChanged = true;
    this.#wake();
  }

  /** Until something is to be asked for, at most so long. */
  #changed(withinMs: number): Promise<void> {
    const { signal } = this.#options;
    const wake = new AbortController();
    this.#wake = () => wake.abort();
    return pause(withinMs, AbortSignal.any([signal, wake.signal]));
  }
}

const LIVE: FeedState = { kind: 'live' };

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal.addEventListener('abort', end, { once: true });
  });
}
