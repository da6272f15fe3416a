/** Notices that this process stood still (a frozen machine, a blocked loop): a timer that comes much too late shows it. */
import type { Clock } from '@sluice/core';

/** Milliseconds between two looks. */
const TICK_MS = 1000;

export interface StallWatchOptions {
  readonly clock: Clock;
  /** Milliseconds by which a timer is late when the process stood still, and was not just busy. */
  readonly stallMs: number;
  readonly stalled: (lateMs: number) => void;
}

export class StallWatch {
  readonly #options: StallWatchOptions;
  #dueAt = 0;
  #cancel: () => void = () => undefined;

  constructor(options: StallWatchOptions) {
    this.#options = options;
    this.#arm();
  }

  /**
   * To be asked before anything is done that rests on not having heard: other timers may have their turn before this one's,
   * and all of them have theirs before what has arrived meanwhile is read.
   */
  look(): void {
    const { clock, stallMs, stalled } = this.#options;
    const lateMs = clock.now() - this.#dueAt;
    if (lateMs <= stallMs) return;
    this.#cancel();
    this.#arm();
    stalled(lateMs);
  }

  stop(): void {
    this.#cancel();
  }

  #arm(): void {
    const { clock } = this.#options;
    this.#dueAt = clock.now() + TICK_MS;
    this.#cancel = clock.wakeAt(this.#dueAt, () => {
      this.look();
      this.#cancel();
      this.#arm();
    });
  }
}
