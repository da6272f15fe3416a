/** Keys that work on every page. */
import { expect, test } from 'vitest';
import { NOTHING_BEGUN, pressKey } from './shortcuts.ts';

function done(presses: readonly (readonly [key: string, atMs: number])[]): readonly string[] {
  let begun = NOTHING_BEGUN;
  return presses.flatMap(([key, at]) => {
    const pressed = pressKey(begun, key, at);
    begun = pressed.begun;
    return pressed.does ?? [];
  });
}

test.each([
  ['one key', [['/', 0]], ['search']],
  [
    'two keys',
    [
      ['g', 0],
      ['n', 400],
    ],
    ['nodes'],
  ],
  [
    'the second too late',
    [
      ['g', 0],
      ['n', 1501],
    ],
    [],
  ],
  [
    'a wrong second',
    [
      ['g', 0],
      ['x', 100],
      ['n', 200],
    ],
    [],
  ],
  [
    'begun anew',
    [
      ['g', 0],
      ['g', 1000],
      ['n', 2000],
    ],
    ['nodes'],
  ],
  [
    'a wrong second that is a shortcut itself',
    [
      ['g', 0],
      ['?', 100],
    ],
    ['help'],
  ],
  [
    'one after the other',
    [
      ['g', 0],
      ['f', 1],
      ['g', 2],
      ['o', 3],
    ],
    ['fleet', 'operations'],
  ],
] as const)('%s', (_name, presses, expected) => {
  expect(done(presses)).toEqual(expected);
});
