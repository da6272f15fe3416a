/** The end of an output: as much as is asked for, cut between characters, also where its JSON is what must fit. */
import { describe, expect, test } from 'vitest';
import { jsonTail, OutputTail } from './output-tail.ts';

describe('OutputTail', () => {
  test('keeps the end, and says once that it has grown', () => {
    const tail = new OutputTail(5);
    expect(tail.textIfGrown()).toBeNull();
    for (const text of ['abc', 'dé', 'f']) tail.add(Buffer.from(text));
    expect(tail.textIfGrown()).toBe('cdéf');
    expect(tail.textIfGrown()).toBeNull();
    expect(tail.text()).toBe('cdéf');
  });
});

describe('jsonTail', () => {
  test.each([
    ['what fits is as it was', 'añ"\n', 100, 'añ"\n'],
    ['control characters take six bytes', '\0'.repeat(100), 62, '\0'.repeat(10)],
    ['whole characters only', '😀😀😀', 8, '😀'],
    ['nothing fits', 'abc', 2, ''],
  ])('%s', (_name, text, bytesMax, end) => {
    expect(jsonTail(text, bytesMax)).toBe(end);
  });

  test('it is never longer, and not much shorter, than allowed', () => {
    const text = Array.from({ length: 20_000 }, (_each, index) => (index % 3 === 0 ? '\u001b' : '中')).join('');
    const bytes = Buffer.byteLength(JSON.stringify(jsonTail(text, 49_152)));
    expect(bytes).toBeLessThanOrEqual(49_152);
    expect(bytes).toBeGreaterThan(49_152 - 12);
  });
});
