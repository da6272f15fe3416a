/** The heartbeats of a whole fleet from one timer: each agent has a place on a wheel, which turns once an interval. */
import { monotonicMs } from './monotonic.ts';

/** Milliseconds of one place: heartbeats come so much too late at most. */
const PLACE_MS = 10;

export interface Beating {
  beat(): void;
}

export class HeartbeatWheel {
  readonly #places: Set<Beating>[];
  readonly #startedAt = monotonicMs();
  readonly #timer: NodeJS.Timeout;
  #turned = 0;

  constructor(intervalMs: number) {
    this.#places = Array.from({ length: Math.max(1, Math.round(intervalMs / PLACE_MS)) }, () => new Set<Beating>());
    this.#timer = setInterval(() => this.#turn(), PLACE_MS);
  }

  /** @param firstInMs Milliseconds to the first beat; all others come an interval later each. @returns What takes it off. */
  add(beating: Beating, firstInMs: number): () => void {
    const at = Math.round((monotonicMs() + firstInMs - this.#startedAt) / PLACE_MS);
    const place = this.#places[at % this.#places.length];
    place?.add(beating);
    return () => void place?.delete(beating);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    const due = Math.floor((monotonicMs() - this.#startedAt) / PLACE_MS);
    for (; this.#turned < due; this.#turned += 1)
      for (const beating of this.#places[this.#turned % this.#places.length] ?? []) beating.beat();
  }
}
