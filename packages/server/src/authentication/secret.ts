/** Secrets: random, shown once, kept only as a hash, compared in constant time. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits: nobody guesses it, so a plain hash is enough to keep it by. */
const SECRET_BYTES = 32;
/** Tells a leaked token from other random text. */
const SECRET_PREFIX = 'slc_';
/** Characters of the shortest secret that is taken from the configuration. */
export const SECRET_LENGTH_MIN = 16;

export function newSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** For what is logged or recorded of a request: somebody may have put a secret where none belongs, such as into the address. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/slc_[\w-]{6,}/gu, 'slc_…').replaceAll(/whsec_[\w+/]{6,}/gu, 'whsec_…');
}

/** SHA-256, in hexadecimal. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares two hashes in a time that says nothing about where they differ. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
