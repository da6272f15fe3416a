/** The bytes of the list are those of its nodes, whatever has changed since they were written last. */
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takesGzip } from './accept-encoding.ts';
import { type ListBody, ListBytes, listBodyOf } from './list-bytes.ts';

function textOf({ pieces, length }: ListBody): string {
  const bytes = Buffer.concat(pieces);
  expect(bytes.length).toBe(length);
  return bytes.toString('utf8');
}

function nodes(count: number): { json: string }[] {
  return Array.from({ length: count }, (_each, index) => ({ json: JSON.stringify({ id: `节点-${index}` }) }));
}

const expected = (listed: readonly { readonly json: string }[]) =>
  `{"items":[${listed.map(({ json }) => json).join(',')}]}`;

describe('the whole list', () => {
  test('is as its nodes are, after any changes', () => {
    const change = fc.record({ at: fc.nat(999), kind: fc.constantFrom('changed', 'added', 'removed') });
    fc.assert(
      fc.property(fc.nat(700), fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 6 }), (count, rounds) => {
        const listed = nodes(count);
        const bytes = new ListBytes();
        for (const [version, changes] of rounds.entries()) {
          for (const { at, kind } of changes) {
            const index = at % Math.max(1, listed.length);
            const json = JSON.stringify({ version, at });
            if (kind === 'added') listed.splice(index, 0, { json });
            else if (kind === 'removed') listed.splice(index, 1);
            else listed.splice(index, listed.length === 0 ? 0 : 1, { json });
          }
          const isSelected = ({ json }: { json: string }) => json.length % (version + 1) === 0;
          expect(textOf(bytes.some(listed, isSelected))).toBe(expected(listed.filter(isSelected)));
          expect(textOf(bytes.whole(listed, version))).toBe(expected(listed));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is written anew only where something has changed', () => {
    const listed = nodes(1000);
    const bytes = new ListBytes();
    const before = bytes.whole(listed, 1);
    expect(bytes.whole(listed, 1)).toBe(before);
    listed[300] = { json: '{"id":"changed"}' };
    const after = bytes.whole(listed, 2);
    const isSame = after.pieces.map((piece, index) => piece === before.pieces[index]);
    // The beginning, four pieces of nodes with commas between them, the end.
    expect(isSame).toEqual([true, true, true, false, true, true, true, true, true]);
    expect(textOf(after)).toBe(expected(listed));
  });

  test('is packed once for all who ask for the same', async () => {
    const listed = nodes(1000);
    const bytes = new ListBytes();
    const packed = bytes.packed(listed, 1);
    expect(bytes.packed(listed, 1)).toBe(packed);
    const { pieces, length } = await packed;
    expect(length).toBeLessThan(bytes.whole(listed, 1).length / 5);
    expect(gunzipSync(Buffer.concat(pieces)).toString('utf8')).toBe(expected(listed));
  });

  test('of no nodes is empty', () => {
    expect(textOf(new ListBytes().whole([], 1))).toBe('{"items":[]}');
    expect(textOf(listBodyOf([], ',"nextCursor":null'))).toBe('{"items":[],"nextCursor":null}');
  });
});

test.each([
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['br;q=1.0, GZIP;q=0.5', true],
  ['*', true],
  ['gzip;q=0', false],
  ['gzip;q=0.000, *', false],
  ['identity', false],
  ['', false],
  [undefined, false],
])('whoever accepts %s gets it packed: %s', (header, isPacked) => {
  expect(takesGzip(header)).toBe(isPacked);
});
