/** Codes that a command line exchanges for a token: each works once, for a minute, and only for who knows the verifier. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PersonAtAddress } from '../../authentication/oidc/session-keeper.ts';

/** Milliseconds: the browser goes to the command line at once, and that comes back at once. */
const CODE_LIVES_MS = 60_000;
/** Codes at a time: more people than log in within a minute. The oldest gives way. */
const CODES_MAX = 500;
const CODE_BYTES = 32;

interface Waiting {
  readonly person: PersonAtAddress;
  /** SHA-256 of the verifier, base64url. */
  readonly challenge: string;
  readonly expiresAt: number;
}

export class OneTimeCodes {
  readonly #waiting = new Map<string, Waiting>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(person: PersonAtAddress, challenge: string): string {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#waiting) if (expiresAt <= now) this.#waiting.delete(key);
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size >= CODES_MAX) this.#waiting.delete(oldest);
    const code = randomBytes(CODE_BYTES).toString('base64url');
    this.#waiting.set(keyOf(code), { person, challenge, expiresAt: now + CODE_LIVES_MS });
    return code;
  }

  /** @returns `null`: no such code, or used before, or too old, or not with its verifier. It is used up in any case. */
  redeem(code: string, verifier: string): PersonAtAddress | null {
    const key = keyOf(code);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (waiting === undefined || waiting.expiresAt <= this.#now()) return null;
    const [proof, challenge] = [Buffer.from(keyOf(verifier)), Buffer.from(waiting.challenge)];
    return proof.length === challenge.length && timingSafeEqual(proof, challenge) ? waiting.person : null;
  }
}

/** SHA-256, base64url: what codes are kept by, and what makes a challenge of a verifier (RFC 7636, S256). */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
