/** A secret that nobody guesses, in the form of all our tokens. */
import { randomBytes } from 'node:crypto';

export function newToken(): string {
  return `slc_${randomBytes(32).toString('base64url')}`;
}
