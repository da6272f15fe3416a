/** Metadata is printed as it is kept. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderMetadata } from './metadata-text.ts';

const ANSWER = '{"meta":{"playerId":76561198000000000123,"a":1.0,"10":[],"2":{},"o":{"x":["y",null]}}}';

test('as JSON: every digit, and the keys in their order', () => {
  expect(renderMetadata('json', ANSWER)).toBe(
    '{\n  "playerId": 76561198000000000123,\n  "a": 1.0,\n  "10": [],\n  "2": {},\n  "o": {\n    "x": [\n      "y",\n      null\n    ]\n  }\n}\n',
  );
});

test('as YAML: large numbers and the order of keys too', () => {
  const yaml = renderMetadata('yaml', ANSWER);
  expect(yaml).toContain('playerId: 76561198000000000123');
  expect(yaml.indexOf('"10"')).toBeGreaterThan(0);
  expect(yaml.indexOf('"10"')).toBeLessThan(yaml.indexOf('"2"'));
});

test.each(['json', 'yaml'] as const)('nothing in it steers a terminal, as %s', (format) => {
  const meta = { 'a\u202e': 'b\u009b2J', c: ['\u2028'] };
  const text = renderMetadata(format, JSON.stringify({ meta }));
  expect(text).not.toMatch(/[\p{Bidi_Control}\u0080-\u009f\u2028]/u);
  expect(parse(text)).toEqual(meta);
});
