/** Rows under the pointer. */
import { expect, test } from 'vitest';
import { rowsToShow } from './frozen-order.ts';

test.each([
  ['nothing has changed', 'abc', 'abc', true, 'abc', false],
  ['another order', 'abc', 'cab', true, 'abc', true],
  ['another order, and nobody aims', 'abc', 'cab', false, 'cab', false],
  ['a row that is not wanted any more stays in its place', 'abc', 'ac', true, 'abc', true],
  ['a new row waits', 'abc', 'abcd', true, 'abc', true],
  ['the first rows', '', 'abc', false, 'abc', false],
] as const)('%s', (_name, shown, wanted, isAimedAt, ids, isOutdated) => {
  const rows = rowsToShow(shown.split(''), wanted.split(''), isAimedAt);
  expect({ ids: rows.ids.join(''), isOutdated: rows.isOutdated }).toEqual({ ids, isOutdated });
});
