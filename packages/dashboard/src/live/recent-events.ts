/** What has changed lately: the events that a person wants to know of, the newest first, a bounded number of them. */
import type { ClientEvent } from '@sluice/client';
import { isTold } from '../fleet-view/event-facts.ts';
import { Watched } from './watched.ts';

/** More than anybody reads. */
const KEPT_MAX = 300;

export class RecentEvents {
  readonly shown = new Watched<readonly ClientEvent[]>([]);
  readonly #onNextFrame: (flush: () => void) => void;
  /** Since the last frame, in their order. */
  #pending: ClientEvent[] = [];

  constructor(onNextFrame: (flush: () => void) => void) {
    this.#onNextFrame = onNextFrame;
  }

  add(event: ClientEvent): void {
    if (!isTold(event)) return;
    this.#pending.push(event);
    if (this.#pending.length === 1) this.#onNextFrame(() => this.#flush());
    // Nobody looks, and the next frame is far off.
    if (this.#pending.length > 2 * KEPT_MAX) this.#pending.splice(0, KEPT_MAX);
  }

  /** What had happened before this page was opened; @param newestFirst As the server lists it. */
  fill(newestFirst: readonly ClientEvent[]): void {
    const shown = this.shown.get();
    const known = new Set(shown.map(({ sequence }) => sequence));
    const older = newestFirst.filter((event) => isTold(event) && !known.has(event.sequence));
    this.shown.set([...shown, ...older].sort((one, other) => other.sequence - one.sequence).slice(0, KEPT_MAX));
  }

  #flush(): void {
    const newest = this.#pending.reverse();
    this.#pending = [];
    this.shown.set([...newest, ...this.shown.get()].slice(0, KEPT_MAX));
  }
}
