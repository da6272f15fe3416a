/** When which node is to be looked at next: a binary heap behind one timer, so that nothing ever scans the fleet. */
import type { Clock } from '@sluice/core';

interface Entry {
  readonly at: number;
  readonly id: string;
}

/** Each id has at most one instant; a later `set` replaces an earlier one. */
export class WakeQueue {
  readonly #clock: Clock;
  readonly #wake: (id: string) => void;
  /** The instant that counts for an id; heap entries that say otherwise are passed over when they come up. */
  readonly #wanted = new Map<string, number>();
  readonly #heap: Entry[] = [];
  #cancelTimer: (() => void) | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, wake: (id: string) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** @param at Epoch milliseconds; `null`: never. */
  set(id: string, at: number | null): void {
    if (at === null) {
      this.#wanted.delete(id);
      return;
    }
    if (this.#wanted.get(id) === at) return;
    this.#wanted.set(id, at);
    this.#push({ at, id });
    this.#arm();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#wanted.clear();
    this.#heap.length = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.at >= this.#timerAt) return;
    this.#cancelTimer?.();
    this.#timerAt = first.at;
    this.#cancelTimer = this.#clock.wakeAt(first.at, () => this.#wakeDue());
  }

  #wakeDue(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#cancelTimer = null;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      if (this.#wanted.get(first.id) !== first.at) continue;
      this.#wanted.delete(first.id);
      this.#wake(first.id);
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || parent.at <= entry.at) break;
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
      const leftIndex = 2 * index + 1;
      const left = heap[leftIndex];
      if (left === undefined) break;
      const right = heap[leftIndex + 1];
      const [childIndex, child] =
        right !== undefined && right.at < left.at ? [leftIndex + 1, right] : [leftIndex, left];
      if (child.at >= last.at) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}
