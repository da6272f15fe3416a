/** Ids of operations: `op_`, the time, and chance; they sort by creation and cannot be guessed. */
import { randomBytes } from 'node:crypto';

/** Crockford's alphabet: no letters that are mistaken for digits when read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/** @param now Epoch milliseconds. */
export function newOperationId(now: number): string {
  let time = '';
  for (let rest = now, index = 0; index < TIME_CHARACTERS; index += 1, rest = Math.floor(rest / 32))
    time = ALPHABET.charAt(rest % 32) + time;
  let random = '';
  for (const byte of randomBytes(RANDOM_CHARACTERS)) random += ALPHABET.charAt(byte % 32);
  return `op_${time}${random}`;
}
