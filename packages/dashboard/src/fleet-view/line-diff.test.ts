/** What differs between two texts, line by line. */
import { expect, test } from 'vitest';
import { differingLines, lineHunks } from './line-diff.ts';

const before = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}';
const after = '{\n  "a": 1,\n  "b": 5,\n  "x": 0,\n  "c": 3\n}';

test('the lines of either text that the other lacks', () => {
  expect(differingLines(before, after)).toEqual({ before: new Set([3]), after: new Set([3, 4]) });
  expect(differingLines(before, before)).toEqual({ before: new Set(), after: new Set() });
});

test('only the places that differ are told, with some lines around them', () => {
  const long = Array.from({ length: 50 }, (_none, line) => `${line}`).join('\n');
  const [hunk, ...others] = lineHunks(long, long.replace('\n25\n', '\nother\n'));
  expect(others).toEqual([]);
  expect(hunk?.lines).toEqual([' 22', ' 23', ' 24', '-25', '+other', ' 26', ' 27', ' 28']);
});
