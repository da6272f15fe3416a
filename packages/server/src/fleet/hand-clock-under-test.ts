/** Test support: a clock that is moved by hand. */
import type { Clock } from '@sluice/core';

export class HandClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const timer = { at, wake };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Time passes in which nobody is woken: timers that come up meanwhile are late. */
  standStill(forMs: number): void {
    this.#now += forMs;
  }

  moveTo(instant: number): void {
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= instant).toSorted((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
    this.#now = instant;
  }
}
