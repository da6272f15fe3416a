/** One line of the journal: the entries that were appended together, and a checksum that shows whether all of them are there. */
import { crc32 } from 'node:zlib';
import Type from 'typebox';
import { Compile } from 'typebox/compile';

const Line = Compile(
  Type.Object({ checksum: Type.String(), entries: Type.Array(Type.Unknown()) }, { additionalProperties: false }),
);

/** Ends with a newline, and has none before. */
export function journalLine(entries: readonly object[]): string {
  const text = JSON.stringify(entries);
  return `{"checksum":"${checksumOf(text)}","entries":${text}}\n`;
}

/** The entries of a line without its newline; `null`: it is damaged or not whole. */
export function entriesOfLine(line: string): readonly unknown[] | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!Line.Check(value)) return null;
  // Written by JSON.stringify, so stringifying what was parsed gives the same text again.
  return checksumOf(JSON.stringify(value.entries)) === value.checksum ? value.entries : null;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
