/** Ids of operations: `op_`, the time, and chance; they sort by creation and cannot be guessed. */
import { randomUUID } from 'node:crypto';

/** Crockford's alphabet: no letters that are mistaken for digits when read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
/** Half of the chance: 40 bits are 8 characters, and 10 digits of a UUID. */
const HALF_CHARACTERS = 8;
const HALF_DIGITS = 10;

/** @param now Epoch milliseconds. */
export function newOperationId(now: number): string {
  // Node.js draws the chance of many UUIDs at once; drawn for each id alone it would take longer than anything else of a drain's decision.
  const digits = randomUUID().replaceAll('-', '');
  // The digits between these say the version of the UUID, and are no chance.
  const chance = [digits.slice(0, HALF_DIGITS), digits.slice(-HALF_DIGITS)];
  const random = chance.map((half) => inAlphabet(Number.parseInt(half, 16), HALF_CHARACTERS)).join('');
  return `op_${inAlphabet(now, TIME_CHARACTERS)}${random}`;
}

function inAlphabet(value: number, characters: number): string {
  let text = '';
  for (let rest = value; text.length < characters; rest = Math.floor(rest / ALPHABET.length))
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
  return text;
}
