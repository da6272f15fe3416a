/** How much somebody may ask: so much a second, and a burst of more now and then. Pure but for its own memory; time is passed in. */

export interface Rate {
  readonly perSecond: number;
  /** What may be asked at once after a quiet time. */
  readonly burst: number;
}

/** Keys that are remembered: of an attacker with more addresses than these the oldest are forgotten, not of the others. */
const KEYS_MAX = 20_000;

/** The generic cell rate algorithm (ITU-T I.371): all there is to know of one who asks is the instant at which the budget is whole again. */
class CellRate {
  readonly #msPerUnit: number;
  readonly #burstMs: number;

  constructor({ perSecond, burst }: Rate) {
    this.#msPerUnit = 1000 / perSecond;
    this.#burstMs = burst * this.#msPerUnit;
  }

  /** When the budget is whole again once so much more was asked. */
  wholeAfter(wholeAt: number, weight: number, now: number): number {
    return Math.max(wholeAt, now) + weight * this.#msPerUnit;
  }

  /** Milliseconds by which it is too early for what makes the budget whole at that instant; 0: it is not. */
  tooEarlyMs(wholeAt: number, now: number): number {
    return Math.max(0, wholeAt - now - this.#burstMs);
  }
}

/** For one who asks. */
export class Budget {
  readonly #rate: CellRate;
  #wholeAt = 0;

  constructor(rate: Rate) {
    this.#rate = new CellRate(rate);
  }

  /** Counts what is done in any case; the next has to wait for it. @returns Milliseconds by which it came too early; 0: it did not. */
  charge(weight: number, now: number): number {
    this.#wholeAt = this.#rate.wholeAfter(this.#wholeAt, weight, now);
    return this.#rate.tooEarlyMs(this.#wholeAt, now);
  }
}

/** For many, told apart by their keys. */
export class RateLimiter {
  readonly #wholeAt = new Map<string, number>();
  readonly #rate: CellRate;

  constructor(rate: Rate) {
    this.#rate = new CellRate(rate);
  }

  /**
   * @param weight How many units it counts.
   * @param now Milliseconds of a clock that never steps.
   * @returns 0: it may be done, and is counted; else the milliseconds after which it may, and nothing is counted.
   */
  take(key: string, weight: number, now: number): number {
    const wholeAt = this.#rate.wholeAfter(this.#wholeAt.get(key) ?? 0, weight, now);
    const waitMs = this.#rate.tooEarlyMs(wholeAt, now);
    if (waitMs > 0) return waitMs;
    this.#remember(key, wholeAt);
    return 0;
  }

  /** Counts what was known only after it was done; the next has to wait for it. */
  charge(key: string, weight: number, now: number): void {
    this.#remember(key, this.#rate.wholeAfter(this.#wholeAt.get(key) ?? 0, weight, now));
  }

  #remember(key: string, wholeAt: number): void {
    // The order of a map is that in which keys were set: the first is the one that was quiet longest.
    this.#wholeAt.delete(key);
    this.#wholeAt.set(key, wholeAt);
    if (this.#wholeAt.size <= KEYS_MAX) return;
    const [oldest] = this.#wholeAt.keys();
    if (oldest !== undefined) this.#wholeAt.delete(oldest);
  }
}

/** One who has an IPv6 address has at least a /64 of them: they count as one. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:/u, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...gap, ...after].slice(0, 4).join(':');
}
