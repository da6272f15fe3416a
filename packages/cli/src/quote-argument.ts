/** Writes an id so that it can be pasted into a shell. */

export function quoteArgument(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
