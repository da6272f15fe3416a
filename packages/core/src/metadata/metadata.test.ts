/** Metadata: any JSON, without loss, with compare-and-set, and RFC 7396. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LivingNode } from '../node-fixture.ts';
import { mergeJsonText, readJsonText, writeJsonText } from './json-text.ts';
import { utf8Bytes } from './utf8-bytes.ts';

function roundTrip(text: string): string {
  const value = readJsonText(text);
  if (value === null) throw new Error('too deep');
  return writeJsonText(value);
}

describe('JSON text', () => {
  test('any JSON value comes back as it was sent', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(roundTrip(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ['12345678901234567890', '12345678901234567890'],
    ['[1.10, -0, 1e400]', '[1.10,-0,1e400]'],
    ['{"b":1,"2":2,"1":3}', '{"b":1,"2":2,"1":3}'],
    ['{"__proto__":{"a":1},"constructor":null}', '{"__proto__":{"a":1},"constructor":null}'],
    [String.raw`"\ud800 \" \\ é"`, String.raw`"\ud800 \" \\ é"`],
    ['{"a":1,"a":2}', '{"a":2}'],
    [' [ ] ', '[]'],
    ['{ }', '{}'],
  ])('%s', (text, expected) => {
    expect(roundTrip(text)).toBe(expected);
  });

  test('what is nested too deep is refused, not a crash', () => {
    expect(readJsonText('['.repeat(100_000) + ']'.repeat(100_000))).toBeNull();
  });

  test('counts bytes of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  /** The examples of RFC 7396, appendix A. */
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s merged with %s is %s', (target, patch, expected) => {
    const [one, other] = [readJsonText(target), readJsonText(patch)];
    if (one === null || other === null) throw new Error('too deep');
    expect(writeJsonText(mergeJsonText(one, other))).toBe(expected);
  });
});

describe('a change of metadata', () => {
  test('records both values and a new revision; the same value records nothing', () => {
    const living = LivingNode.registered();
    living.must({ kind: 'ReplaceMetadata', json: 'null', ifRevision: null });
    expect(living.node.metadata).toMatchObject({ json: 'null', revision: 1 });
    living.must({ kind: 'ReplaceMetadata', json: '{"a": 1}', ifRevision: 1 });
    living.must({ kind: 'ReplaceMetadata', json: '{"a":1}', ifRevision: null });
    expect(living.node.metadata).toMatchObject({ json: '{"a":1}', revision: 2 });
    living.must({ kind: 'MergeMetadata', patch: '{"b":2}', ifRevision: 2 });
    expect(living.node.metadata).toMatchObject({ json: '{"a":1,"b":2}', revision: 3 });
  });

  test('based on another revision is refused', () => {
    const living = LivingNode.registered();
    expect(living.tell({ kind: 'ReplaceMetadata', json: '1', ifRevision: 4 }).refusal).toBe('precondition-failed');
    expect(living.node.metadata.revision).toBe(0);
  });

  test('over 64 KiB is refused, also when only the merge makes it so', () => {
    const living = LivingNode.registered();
    living.must({ kind: 'ReplaceMetadata', json: JSON.stringify({ a: 'x'.repeat(65_520) }), ifRevision: null });
    expect(living.tell({ kind: 'MergeMetadata', patch: '{"b":"yyyyyyyyyyyyyyyy"}', ifRevision: null }).refusal).toBe(
      'metadata-too-large',
    );
    expect(
      living.tell({ kind: 'ReplaceMetadata', json: JSON.stringify('中'.repeat(21_845)), ifRevision: null }).refusal,
    ).toBe('metadata-too-large');
    expect(living.node.metadata.revision).toBe(1);
  });
});
