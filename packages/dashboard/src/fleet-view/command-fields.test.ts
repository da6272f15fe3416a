/** Forms of declared commands. */
import { expect, test } from 'vitest';
import { fieldsOf, readFields } from './command-fields.ts';

const fields = fieldsOf({
  type: 'object',
  properties: {
    level: { type: 'string', enum: ['soft', 'hard'], default: 'soft', description: 'How much' },
    seconds: { type: 'integer', minimum: 1, maximum: 60 },
    ratio: { type: 'number' },
    dry: { type: 'boolean' },
    name: { type: 'string', maxLength: 10 },
  },
  required: ['seconds', 'name'],
});

test('each parameter is a field of its kind, with what is said of it', () => {
  expect(fields).toMatchObject([
    {
      name: 'level',
      kind: 'choice',
      values: ['soft', 'hard'],
      default: 'soft',
      description: 'How much',
      isRequired: false,
    },
    { name: 'seconds', kind: 'number', isWhole: true, least: 1, most: 60, isRequired: true },
    { name: 'ratio', kind: 'number', isWhole: false, least: null },
    { name: 'dry', kind: 'choice', values: [true, false] },
    { name: 'name', kind: 'text', lengthMax: 10, isRequired: true },
  ]);
  expect(fieldsOf({})).toEqual([]);
});

test('what is typed becomes a value of the declared type; what is left empty is left to the node', () => {
  const typed = { level: '"hard"', seconds: '5', ratio: '0.5', dry: 'false', name: '7' };
  expect(readFields(fields, typed)).toEqual({
    ok: true,
    params: { level: 'hard', seconds: 5, ratio: 0.5, dry: false, name: '7' },
  });
  expect(readFields(fields, { seconds: '5', name: 'x' })).toEqual({ ok: true, params: { seconds: 5, name: 'x' } });
});

test.each([
  ['', { kind: 'required' }],
  ['many', { kind: 'no-number' }],
  [' ', { kind: 'no-number' }],
  ['1.5', { kind: 'not-whole' }],
  ['9007199254740993', { kind: 'not-whole' }],
  ['0', { kind: 'too-small', least: 1 }],
  ['61', { kind: 'too-large', most: 60 }],
])('%j seconds are refused', (seconds, fault) => {
  expect(readFields(fields, { seconds, name: 'x' })).toEqual({ ok: false, faults: new Map([['seconds', fault]]) });
});

test('a parameter with the name of something that every object has is a parameter', () => {
  const odd = fieldsOf({ properties: { constructor: { type: 'string' } }, required: ['constructor'] });
  expect(readFields(odd, { constructor: 'x' })).toEqual({ ok: true, params: { constructor: 'x' } });
});
