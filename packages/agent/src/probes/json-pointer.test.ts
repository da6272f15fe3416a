/** JSON pointers, by the examples of RFC 6901. */
import { describe, expect, test } from 'vitest';
import { isJsonPointer, valueAt } from './json-pointer.ts';

const document: unknown = JSON.parse(
  '{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5, "k\\"l": 6, " ": 7, "m~n": 8, "__proto__": 9}',
);

describe('valueAt', () => {
  test.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
    ['/__proto__', 9],
    ['/foo/2', undefined],
    ['/foo/00', undefined],
    ['/foo/length', undefined],
    ['/foo/0/x', undefined],
    ['/constructor', undefined],
    ['/nothing/there', undefined],
  ])('%j', (pointer, value) => {
    expect(valueAt(document, pointer)).toEqual(value);
  });
});

test.each([
  ['', true],
  ['/players', true],
  ['/a~1b', true],
  ['players', false],
  ['/a~2', false],
])('%j is a pointer: %j', (pointer, isPointer) => {
  expect(isJsonPointer(pointer)).toBe(isPointer);
});
