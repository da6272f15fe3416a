/** Time that a simulation moves: events in order, each run to its end before the next. */
import type { Clock } from '@sluice/core';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** A process of the simulated world: it can die, and it can stand still for a while. */
export interface Life {
  isAlive: boolean;
  /** Until then nothing runs in it (virtual milliseconds). */
  frozenUntil: number;
}

export class VirtualClock implements Clock {
  #now = 1_800_000_000_000;
  #order = 0;
  /** A binary heap: the next is the first. */
  readonly #heap: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const entry = { at: Math.max(at, this.#now), order: (this.#order += 1), run: wake, isCancelled: false };
    this.#push(entry);
    return () => {
      entry.isCancelled = true;
    };
  }

  after(ms: number, wake: () => void): () => void {
    return this.wakeAt(this.#now + ms, wake);
  }

  /** Runs what is due until `at`, each event with all that follows from it in the same instant. */
  async runUntil(at: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= at; next = this.#heap[0]) {
      this.#pop();
      if (next.isCancelled) continue;
      this.#now = next.at;
      next.run();
      await settled();
    }
    this.#now = Math.max(this.#now, at);
  }

  /** The clock of a process: never woken when dead, and late when it stood still. */
  ofProcess(life: Life): Clock {
    return {
      now: () => this.now(),
      wakeAt: (at, wake) => {
        let cancel: () => void = () => undefined;
        const arm = (instant: number) => {
          cancel = this.wakeAt(instant, () => {
            if (!life.isAlive) return;
            if (this.#now < life.frozenUntil) arm(life.frozenUntil);
            else wake();
          });
        };
        arm(at);
        return () => cancel();
      },
    };
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      if (left === undefined) break;
      const right = heap[2 * index + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Lets everything run that waits for nothing but its turn: promises, and the pipeline's own pause for a batch. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
