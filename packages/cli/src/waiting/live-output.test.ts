/** A growing output of which only the end is kept: every line is printed once, whatever is cut, repeated or lost. */
import { describe, expect, test } from 'vitest';
import { createLiveOutput } from './live-output.ts';

function printed(shown: readonly string[], end: string | null = null): string {
  let text = '';
  const output = createLiveOutput((part) => {
    text += part;
  });
  for (const each of shown) output.show(each);
  if (end !== null) output.finish(end);
  return text;
}

describe('createLiveOutput', () => {
  test.each([
    ['lines come once', ['a\n', 'a\nb\n', 'a\nb\n'], 'a\nb\nc\n', 'a\nb\nc\n'],
    ['a line is kept back until it is whole', ['a\nb'], null, 'a\n'],
    ['the end is whole, and ends its line', ['a\nb'], 'a\nbc', 'a\nbc\n'],
    ['no output at all', ['', ''], '', ''],
    ['a server that forgot it for a while', ['step 1\n', '', 'step 1\nstep 2\n'], null, 'step 1\nstep 2\n'],
    [
      'its beginning is cut off',
      ['first line of it\nsecond line of it\n', 'second line of it\nthird line of it\n'],
      null,
      'first line of it\nsecond line of it\nthird line of it\n',
    ],
    [
      'more came than is kept',
      ['first line of it\n', 'ninth line of it\n'],
      null,
      'first line of it\n… (what came in between is not kept)\nninth line of it\n',
    ],
    ['terminal control does not reach the terminal', ['\u001b[31mred\u001b[0m\u0007\n'], null, 'red·\n'],
  ])('%s', (_name, shown, end, text) => {
    expect(printed(shown, end)).toBe(text);
  });
});
