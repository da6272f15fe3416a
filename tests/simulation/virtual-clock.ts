/** Time that a simulation moves: events in order, each run to its end before the next. */
import type { Clock } from '@sluice/core';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  #now = 1_800_000_000_000;
  #order = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const entry = { at: Math.max(at, this.#now), order: (this.#order += 1), run: wake };
    // Kept in order: the last is the next. There are a few dozen at a time.
    let index = this.#entries.length;
    while (index > 0 && isBefore(this.#entries[index - 1], entry)) index -= 1;
    this.#entries.splice(index, 0, entry);
    return () => {
      const found = this.#entries.indexOf(entry);
      if (found !== -1) this.#entries.splice(found, 1);
    };
  }

  after(ms: number, wake: () => void): () => void {
    return this.wakeAt(this.#now + ms, wake);
  }

  /** Runs what is due until `at`, each event with all that follows from it in the same instant. */
  async runUntil(at: number): Promise<void> {
    for (let next = this.#entries.at(-1); next !== undefined && next.at <= at; next = this.#entries.at(-1)) {
      this.#entries.pop();
      this.#now = next.at;
      next.run();
      await settled();
    }
    this.#now = Math.max(this.#now, at);
  }

  /** A clock of a process that can die: then it is never woken again. */
  ofProcess(isAlive: () => boolean): Clock {
    return {
      now: () => this.now(),
      wakeAt: (at, wake) =>
        this.wakeAt(at, () => {
          if (isAlive()) wake();
        }),
    };
  }
}

/** Whether `one` comes sooner than `other`: those that come later stand further to the front. */
function isBefore(one: Entry | undefined, other: Entry): boolean {
  return one !== undefined && (one.at < other.at || (one.at === other.at && one.order < other.order));
}

/** Lets everything run that waits for nothing but its turn: promises, and the pipeline's own pause for a batch. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
