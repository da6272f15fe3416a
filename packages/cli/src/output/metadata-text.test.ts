/** Metadata is printed as it is kept. */
import { expect, test } from 'vitest';
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
