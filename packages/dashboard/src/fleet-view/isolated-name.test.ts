/** Names within sentences. */
import { expect, test } from 'vitest';
import { isolatedName, withIsolated } from './isolated-name.ts';

test('a name without marks is as it was, one with marks is isolated', () => {
  expect(isolatedName('lobby-1 节点')).toBe('lobby-1 节点');
  expect(isolatedName('evil\u202edne')).toBe('\u2068evil\u202edne\u2069');
});

test('no name ends its isolation itself', () => {
  expect(isolatedName('a\u2069\u202eb')).toBe('\u2068a\u202eb\u2069');
});

test('in a sentence of the server it is isolated wherever it stands', () => {
  expect(withIsolated('x\u202ey is drained: x\u202ey holds', 'x\u202ey')).toBe(
    '\u2068x\u202ey\u2069 is drained: \u2068x\u202ey\u2069 holds',
  );
  expect(withIsolated('lobby-1 is active.', 'lobby-1')).toBe('lobby-1 is active.');
});
