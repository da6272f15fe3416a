/** The system's clocks: one that never steps, and one that says what time it is. */
import type { Clock } from '@sluice/core';

/** Milliseconds that Node.js' timers can count at most; a later instant is approached in steps. */
const TIMER_MS_MAX = 2_147_483_647;

/** Epoch milliseconds as of this process' start, and what has passed since: whoever sets the system's clock does not move it. */
export const steadyClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  wakeAt: (at, wake) => {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const waitMs = at - steadyClock.now();
      timer = setTimeout(waitMs > TIMER_MS_MAX ? arm : wake, Math.min(Math.max(waitMs, 0), TIMER_MS_MAX));
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** The time of day. It goes on by itself when the system's clock is set, until whoever reads it is ready: see `stepMs`. */
export class WallClock implements Clock {
  #offsetMs = Date.now() - steadyClock.now();

  now(): number {
    return steadyClock.now() + this.#offsetMs;
  }

  wakeAt(at: number, wake: () => void): () => void {
    return steadyClock.wakeAt(at - this.#offsetMs, wake);
  }

  /** By how much the system's clock has been set since this one was anchored; some milliseconds are its own correction. */
  stepMs(): number {
    return Date.now() - this.now();
  }

  /** Goes along with the system's clock. */
  anchor(byMs: number): void {
    this.#offsetMs += byMs;
  }
}
