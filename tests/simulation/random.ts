/** Chance with a seed: one source for each purpose, so that one more throw here does not change all throws there. */

export class Random {
  #state: number;

  constructor(seed: number, purpose: string) {
    let mixed = seed ^ 0x81_1c_9d_c5;
    for (let index = 0; index < purpose.length; index += 1) {
      mixed = Math.imul(mixed ^ purpose.charCodeAt(index), 0x01_00_01_93);
    }
    this.#state = mixed;
  }

  /** At least 0, less than 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_00_00_00_00;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return Math.floor(low + this.next() * (high - low + 1));
  }

  pick<T>(...values: readonly [T, ...T[]]): T {
    return values[Math.floor(this.next() * values.length)] ?? values[0];
  }
}
