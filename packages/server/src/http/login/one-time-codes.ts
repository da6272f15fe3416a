/** Codes that stand for something until they are shown, once, within their time: kept in memory, and only as hashes. */
import { createHash, randomBytes } from 'node:crypto';

/** Codes at a time: more people than log in at once. The oldest gives way. */
const CODES_MAX = 500;
const CODE_BYTES = 32;

interface Waiting<T> {
  readonly value: T;
  readonly expiresAt: number;
}

export class OneTimeCodes<T> {
  readonly #waiting = new Map<string, Waiting<T>>();
  /** In milliseconds. */
  readonly #lifetimeMs: number;
  readonly #now: () => number;

  constructor(lifetimeMs: number, now: () => number) {
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  issue(value: T): string {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#waiting) if (expiresAt <= now) this.#waiting.delete(key);
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size >= CODES_MAX) this.#waiting.delete(oldest);
    const code = randomBytes(CODE_BYTES).toString('base64url');
    this.#waiting.set(keyOf(code), { value, expiresAt: now + this.#lifetimeMs });
    return code;
  }

  /** @returns What it stood for; `null`: no such code, or used before, or too old. It is used up in any case. */
  redeem(code: string): T | null {
    const key = keyOf(code);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting === undefined || waiting.expiresAt <= this.#now() ? null : waiting.value;
  }
}

function keyOf(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
