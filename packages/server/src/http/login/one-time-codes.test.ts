/** One-time codes: once, within their time, and never more than some hundreds. */
import { expect, test } from 'vitest';
import { OneTimeCodes } from './one-time-codes.ts';

const MINUTE_MS = 60_000;

test('a code works within its time, once', () => {
  let nowMs = 1_000_000;
  const codes = new OneTimeCodes<string>(MINUTE_MS, () => nowMs);
  const [first, second] = [codes.issue('ada'), codes.issue('bob')];
  nowMs += MINUTE_MS - 1;
  expect(codes.redeem(first)).toBe('ada');
  expect(codes.redeem(first)).toBeNull();
  nowMs += 1;
  expect(codes.redeem(second)).toBeNull();
});

test('what is no code stands for nothing', () => {
  const codes = new OneTimeCodes<string>(MINUTE_MS, () => 0);
  codes.issue('ada');
  expect(codes.redeem('')).toBeNull();
});

test('the oldest of more than five hundred gives way', () => {
  const codes = new OneTimeCodes<number>(MINUTE_MS, () => 0);
  const issued = Array.from({ length: 501 }, (_, number) => codes.issue(number));
  expect(codes.redeem(issued[0] ?? '')).toBeNull();
  expect(codes.redeem(issued[1] ?? '')).toBe(1);
  expect(codes.redeem(issued[500] ?? '')).toBe(500);
});
