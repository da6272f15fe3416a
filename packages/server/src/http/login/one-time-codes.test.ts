/** Codes for a command line: once, for a minute, for who has the verifier, and never more than some hundreds. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { OneTimeCodes } from './one-time-codes.ts';

const PERSON = { subject: 'ada', name: 'ada', role: 'admin', selector: null, from: '127.0.0.1' } as const;
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

test('a code works within its minute, once', () => {
  let nowMs = 1_000_000;
  const codes = new OneTimeCodes(() => nowMs);
  const [first, second] = [codes.issue(PERSON, CHALLENGE), codes.issue(PERSON, CHALLENGE)];
  nowMs += 59_999;
  expect(codes.redeem(first, VERIFIER)).toEqual(PERSON);
  expect(codes.redeem(first, VERIFIER)).toBeNull();
  nowMs += 1;
  expect(codes.redeem(second, VERIFIER)).toBeNull();
});

test('a wrong verifier uses it up', () => {
  const codes = new OneTimeCodes(() => 0);
  const code = codes.issue(PERSON, CHALLENGE);
  expect(codes.redeem(code, CHALLENGE)).toBeNull();
  expect(codes.redeem(code, VERIFIER)).toBeNull();
});

test('the oldest of more than five hundred gives way', () => {
  const codes = new OneTimeCodes(() => 0);
  const issued = Array.from({ length: 501 }, () => codes.issue(PERSON, CHALLENGE));
  expect(codes.redeem(issued[0] ?? '', VERIFIER)).toBeNull();
  expect(codes.redeem(issued[1] ?? '', VERIFIER)).toEqual(PERSON);
  expect(codes.redeem(issued[500] ?? '', VERIFIER)).toEqual(PERSON);
});
