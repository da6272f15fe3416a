/** Where a text stops being JSON. */
import { expect, test } from 'vitest';
import { jsonFault } from './json-fault.ts';

test.each(['{}', 'null', '12345678901234567890', ' [1, "a"] '])('%s is JSON', (text) => {
  expect(jsonFault(text)).toBeNull();
});

test.each([
  ['', 'ValueExpected', 1, 1],
  ['{\n  "a": 1\n  "b": 2\n}', 'CommaExpected', 3, 3],
  ['{\n  "a": 1,\n}', 'PropertyNameExpected', 3, 1],
  ['{"a" 1}', 'ColonExpected', 1, 6],
  ['{"a": tru}', 'InvalidSymbol', 1, 7],
  ['[1, 2', 'CloseBracketExpected', 1, 6],
  ['{"a": 1} // why', 'InvalidCommentToken', 1, 10],
  ['{"a": "\n"}', 'UnexpectedEndOfString', 1, 7],
])('%j: %s at line %d, column %d', (text, code, line, column) => {
  expect(jsonFault(text)).toMatchObject({ code, line, column });
});
