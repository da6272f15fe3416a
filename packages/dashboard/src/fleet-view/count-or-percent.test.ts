/** Counts and shares as they are typed. */
import { expect, test } from 'vitest';
import { readCountOrPercent } from './count-or-percent.ts';

test.each([
  ['3', 1, 3],
  [' 25 % ', 1, '25%'],
  ['025%', 1, '25%'],
  ['100%', 1, '100%'],
  ['0', 0, 0],
  ['0%', 0, '0%'],
  ['0', 1, null],
  ['0%', 1, null],
  ['101%', 1, null],
  ['2.5', 1, null],
  ['-1', 0, null],
  ['1000001', 1, null],
  ['', 1, null],
  ['many', 1, null],
] as const)('%j from %d on is %j', (text, least, expected) => {
  expect(readCountOrPercent(text, least)).toBe(expected);
});
