/** Which name was meant. */
import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const known = ['stopGrace', 'health', 'sessions', 'env', 'cwd'];

test.each([
  ['stopgrace', 'stopGrace'],
  ['stop_grace', 'stopGrace'],
  ['session', 'sessions'],
  ['healt', 'health'],
  ['evn', null],
  ['en', 'env'],
  ['completely-else', null],
])('%s: %s', (written, meant) => {
  expect(nearestName(written, known)).toBe(meant);
});
