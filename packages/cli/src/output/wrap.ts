/** Fills lines with whole words. */
import { displayWidth } from './display-width.ts';

/** @param columns `null`: everything stays in one line. */
export function wrapWords(words: readonly string[], columns: number | null): readonly string[] {
  const width = columns ?? Number.POSITIVE_INFINITY;
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
