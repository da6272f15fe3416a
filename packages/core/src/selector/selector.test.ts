/** Selectors: what is one, what each means, and that none takes long to read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSelector } from './selector.ts';

function requirements(text: string): unknown {
  const parsed = parseSelector(text);
  return parsed.ok ? parsed.value.map(({ key, operator, values }) => [key, operator, [...values]]) : 'invalid';
}

test.each([
  ['a=b', [['a', 'in', ['b']]]],
  ['a==b', [['a', 'in', ['b']]]],
  ['a != b c ', [['a', 'not-in', ['b c']]]],
  ['a=', [['a', 'in', ['']]]],
  ['a==', [['a', 'in', ['']]]],
  ['a===b', [['a', 'in', ['=b']]]],
  ['a=b=c', [['a', 'in', ['b=c']]]],
  ['a in (b,c)', [['a', 'in', ['b', 'c']]]],
  ['a in(b)', [['a', 'in', ['b']]]],
  ['a not in ( b , c )', [['a', 'not-in', ['b', 'c']]]],
  ['a notin (b)', [['a', 'not-in', ['b']]]],
  ['a in ()', [['a', 'in', ['']]]],
  [
    ' a=b , c in (d,e),f!=g',
    [
      ['a', 'in', ['b']],
      ['c', 'in', ['d', 'e']],
      ['f', 'not-in', ['g']],
    ],
  ],
  ['__proto__=b', [['__proto__', 'in', ['b']]]],
  ...[
    '',
    ',',
    'a',
    'a=b,',
    '=b',
    'a b=c',
    '!a',
    'a!b=c',
    'in (a)',
    'a in b',
    'a in (b',
    'a in b)',
    'a=(b)',
    'a=b)',
  ].map((text): [string, unknown] => [text, 'invalid']),
  ...['a in (b)c', 'a in ((b))', 'a out (b)', 'a in in (b)', 'a i n (b)', 'a not  in(b)x', 'a=b)('].map(
    (text): [string, unknown] => [text, 'invalid'],
  ),
])('%j', (text, expected) => {
  expect(requirements(text)).toEqual(expected);
});

test('one has so many requirements, and no more', () => {
  expect(parseSelector(Array.from({ length: 64 }, () => 'a!=b').join()).ok).toBe(true);
  expect(parseSelector(Array.from({ length: 65 }, () => 'a!=b').join())).toMatchObject({
    ok: false,
    problem: { code: 'invalid-selector', detail: expect.stringContaining('64') },
  });
});

test('what is refused is repeated only in part', () => {
  const parsed = parseSelector('x'.repeat(8000));
  expect(parsed.ok ? '' : parsed.problem.detail.length).toBeLessThan(400);
});

describe('takes no long time for', () => {
  // A former version was a regular expression: two thousand spaces held the whole server for five seconds.
  test.each([
    ['spaces', `a=${' '.repeat(100_000)}(`],
    ['spaces before a list', `a${' '.repeat(100_000)}in${' '.repeat(100_000)}x(b)`],
    ['commas', ','.repeat(100_000)],
    ['commas after an open list', `a in (${','.repeat(100_000)}`],
    ['parentheses', `a in ${'('.repeat(100_000)}`],
    ['comparisons', `a${'!='.repeat(50_000)}`],
    ['lists', 'a in (b,c),'.repeat(10_000)],
  ])('%s', (_what, text) => {
    const before = process.cpuUsage();
    parseSelector(text);
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(300);
  });
});

test('whatever the text, it is a selector or refused', () => {
  const alphabet = fc.constantFrom('a', 'in', 'not', ' ', '=', '!', ',', '(', ')', '\t', '\u0000', '__proto__');
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 30 }), (pieces) => {
      const parsed = parseSelector(pieces.join(''));
      if (!parsed.ok) return parsed.problem.code === 'invalid-selector';
      return parsed.value.length > 0 && parsed.value.every(({ key, values }) => key !== '' && values.size > 0);
    }),
  );
});
