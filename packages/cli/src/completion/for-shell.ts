/** Candidates in the form in which each shell's script reads them. */
import type { Candidate } from './complete-words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Characters that a shell takes as they are, also at the beginning of a word. */
const PLAIN = /^[\p{L}\p{N}\p{S}@%+:,./=_-]+$/u;
/** Those of them that ASCII has and shells give a meaning. */
const SPECIAL_SYMBOLS = /[$^`|~<>+]/u;
// eslint-disable-next-line no-control-regex -- what would end a line, or steer the terminal, is what is looked for
const UNWRITABLE = /[\u0000-\u001f\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/u;

/**
 * Lines of a value, a tab and its description. What somebody named a node must not become a command: bash inserts what it is given,
 * so for it values are quoted here; zsh and fish quote by themselves.
 *
 * @param typed What stands before the cursor, as it was typed.
 */
export function linesForShell(shell: Shell, typed: string, candidates: readonly Candidate[]): readonly string[] {
  const isQuoted = /^["']/u.test(typed);
  return candidates
    .filter(({ value }) => !UNWRITABLE.test(value) && !(shell === 'bash' && isQuoted && !isPlain(value)))
    .map(({ value, description }) => {
      const text = description.replaceAll(new RegExp(UNWRITABLE, 'gu'), ' ');
      return shell === 'bash' ? quoteForBash(value) : `${value}\t${text}`;
    });
}

function isPlain(value: string): boolean {
  return PLAIN.test(value) && !SPECIAL_SYMBOLS.test(value);
}

function quoteForBash(value: string): string {
  return value.replaceAll(/./gsu, (character) => (isPlain(character) ? character : `\\${character}`));
}

/** A word as it was typed, without the quotes and backslashes that the shell takes away. */
export function unquoted(word: string): string {
  const quote = word[0];
  if (quote === "'" || quote === '"') return word.slice(1, word.length > 1 && word.endsWith(quote) ? -1 : undefined);
  return word.replaceAll(/\\(.)/gu, '$1');
}
