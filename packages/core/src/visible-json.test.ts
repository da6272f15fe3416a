/** JSON that shows what it says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleJson } from './visible-json.ts';

test('what cannot be seen is written out, and the JSON says the same', () => {
  const text = 'a\u202eb\u009b2J\u007f\u2028c\u{e0041}\ufeff 节点 👩‍👩‍👧';
  const line = visibleJson(JSON.stringify({ text }));
  expect(line).toBe(String.raw`{"text":"a\u202eb\u009b2J\u007f\u2028c\udb40\udc41\ufeff 节点 👩‍👩‍👧"}`);
  expect(JSON.parse(line)).toEqual({ text });
});

test('whatever the texts, the line is one line of the same JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
      const line = visibleJson(JSON.stringify(value));
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    }),
  );
});
