/** What people type after a command: durations, parameters, JSON. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { captureTerminal } from '../captured-terminal.ts';
import { durationSeconds } from '../duration.ts';
import { quoteArgument } from '../quote-argument.ts';
import { readJsonArgument } from './json-argument.ts';
import { readParameterValues } from './parameter-values.ts';

describe('durations', () => {
  const parse = durationSeconds({ min: 1, max: 604_800 });
  test.each([
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['7d', 604_800],
  ])('%s is %i seconds', (text, seconds) => expect(parse(text)).toBe(seconds));

  test.each(['', '15', '1.5h', '-1s', '15 minutes', '1h30m', 's', '٣s'])('%j is none', (text) => {
    expect(() => parse(text)).toThrow('90s, 15m, 2h, 7d');
  });

  test('bounds are said in the unit that people think in', () => {
    expect(() => parse('8d')).toThrow('at most 7d');
    expect(() => parse('0s')).toThrow('at least 1s');
  });
});

describe('key=value', () => {
  const schema = {
    type: 'object',
    properties: {
      level: { type: 'string' },
      count: { type: 'integer' },
      ratio: { type: 'number' },
      hard: { type: 'boolean' },
    },
  };

  test('values have the types that the command declares', () => {
    expect(
      readParameterValues(['level=5', 'count=5', 'ratio=0.5', 'hard=true', 'other=a=b', 'level2='], schema),
    ).toEqual({
      ok: true,
      values: { level: '5', count: 5, ratio: 0.5, hard: true, other: 'a=b', level2: '' },
    });
  });

  test.each(['count=5.5', 'count=five', 'ratio=', 'hard=yes', 'level', '=x'])('%j is refused', (pair) => {
    expect(readParameterValues([pair], schema)).toMatchObject({ ok: false });
  });

  test('a name twice is refused, and `__proto__` is a name like others', () => {
    expect(readParameterValues(['level=a', 'level=b'], schema)).toMatchObject({ ok: false });
    expect(JSON.stringify(readParameterValues(['__proto__=a'], schema))).toContain('{"__proto__":"a"}');
  });
});

describe('JSON', () => {
  test('from the argument, a file, or stdin', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-json-'));
    const path = join(directory, 'meta.json');
    await writeFile(path, '[1]');
    expect(await readJsonArgument('{"a":null}', captureTerminal())).toEqual({ ok: true, text: '{"a":null}' });
    expect(await readJsonArgument(`@${path}`, captureTerminal())).toEqual({ ok: true, text: '[1]' });
    expect(await readJsonArgument('-', captureTerminal({ input: '"text"' }))).toEqual({ ok: true, text: '"text"' });
    await rm(directory, { recursive: true });
  });

  test('a mistake is told with its place', async () => {
    expect(await readJsonArgument('{"a": 1,\n  b: 2}', captureTerminal())).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/is not JSON: .*\(line 2, column 3\)\.$/su),
    });
    expect(await readJsonArgument('@/nonexistent', captureTerminal())).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ENOENT'),
    });
    expect(await readJsonArgument('-', captureTerminal({ input: ' '.repeat(1024 * 1024 + 1) }))).toMatchObject({
      ok: false,
    });
  });
});

test('ids are quoted for a shell where they need it', () => {
  expect(['lobby-1', 'a b', "it's", '-x', '节点', ''].map(quoteArgument)).toEqual([
    'lobby-1',
    "'a b'",
    String.raw`'it'\''s'`,
    "'-x'",
    "'节点'",
    "''",
  ]);
});
