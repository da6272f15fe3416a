/** A wait that somebody else may end before its time. */
import type { Clock } from '@sluice/core';

export class Pause {
  readonly #clock: Clock;
  #end: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the time is over, or when `end` is called; one at a time. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.wakeAt(this.#clock.now() + ms, () => this.#end());
      this.#end = () => {
        cancel();
        this.#end = () => undefined;
        resolve();
      };
    });
  }

  /** Nothing happens when nobody waits. */
  end(): void {
    this.#end();
  }
}
