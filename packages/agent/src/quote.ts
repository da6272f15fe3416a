/** Quotes what a program said, or how it is called, within a sentence: on one line and no longer than a person reads. */

/** Characters of a quotation. */
const QUOTE_LENGTH_MAX = 200;

export function quote(text: string): string {
  const line = text.trim().replaceAll(/\s+/gu, ' ');
  return line.length > QUOTE_LENGTH_MAX ? `${line.slice(0, QUOTE_LENGTH_MAX)}…` : line;
}
