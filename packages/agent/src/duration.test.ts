/** Durations as people write them. */
import { expect, test } from 'vitest';
import { durationMs } from './duration.ts';

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['30s', 30_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['24d', 2_073_600_000],
  ['25d', null],
  ['30', null],
  ['30 s', null],
  ['1.5h', null],
  ['-1s', null],
  ['s', null],
  ['', null],
])('%j is %j ms', (text, milliseconds) => {
  expect(durationMs(text)).toBe(milliseconds);
});
