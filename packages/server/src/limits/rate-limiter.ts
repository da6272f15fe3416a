/** How much somebody may ask: so much a second, and a burst of more now and then. Pure but for its own memory; time is passed in. */

export interface Rate {
  readonly perSecond: number;
  /** What may be asked at once after a quiet time. */
  readonly burst: number;
}

/** Keys that are remembered: of an attacker with more addresses than these the oldest are forgotten, not of the others. */
const KEYS_MAX = 20_000;

/** The generic cell rate algorithm (ITU-T I.371) for one who asks: all there is to know is the instant at which the budget is whole again. */
export class Budget {
  readonly #msPerUnit: number;
  readonly #burstMs: number;
  #wholeAt = 0;

  constructor({ perSecond, burst }: Rate) {
    this.#msPerUnit = 1000 / perSecond;
    this.#burstMs = burst * this.#msPerUnit;
  }

  /** Counts what is done in any case; the next has to wait for it. @returns Milliseconds by which it came too early; 0: it did not. */
  charge(weight: number, now: number): number {
    this.#wholeAt = Math.max(this.#wholeAt, now) + weight * this.#msPerUnit;
    return Math.max(0, this.#wholeAt - now - this.#burstMs);
  }
}

/** The same for many, told apart by their keys. */
export class RateLimiter {
  readonly #wholeAt = new Map<string, number>();
  readonly #msPerUnit: number;
  readonly #burstMs: number;

  constructor({ perSecond, burst }: Rate) {
    this.#msPerUnit = 1000 / perSecond;
    this.#burstMs = burst * this.#msPerUnit;
  }

  /**
   * @param weight How many units it counts.
   * @param now Milliseconds of a clock that never steps.
   * @returns 0: it may be done, and is counted; else the milliseconds after which it may, and nothing is counted.
   */
  take(key: string, weight: number, now: number): number {
    const wholeAt = Math.max(this.#wholeAt.get(key) ?? 0, now) + weight * this.#msPerUnit;
    const waitMs = wholeAt - now - this.#burstMs;
    if (waitMs > 0) return waitMs;
    this.#remember(key, wholeAt);
    return 0;
  }

  /** Counts what was known only after it was done; the next has to wait for it. */
  charge(key: string, weight: number, now: number): void {
    this.#remember(key, Math.max(this.#wholeAt.get(key) ?? 0, now) + weight * this.#msPerUnit);
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
