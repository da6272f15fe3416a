/** A list of things that have ids or names, in the format that was asked for. */
import type { Terminal } from '../terminal.ts';
import { paintFor } from './colour.ts';
import { type Format, renderDocument } from './formats.ts';
import { printLine, printNote } from './print.ts';
import { type Column, renderTable } from './table.ts';

interface AsTable<Item> {
  readonly columns: readonly Column<Item>[];
  /** What `name` shows of each: what other commands take. */
  readonly idOf: (item: Item) => string;
  /** Said instead of a table that would be empty. */
  readonly whenEmpty: string;
}

/** @param answer The API's own, which is what `json` and `yaml` show. */
export function writeItems<Item>(
  terminal: Terminal,
  format: Format,
  answer: { readonly items: readonly Item[] },
  { columns, idOf, whenEmpty }: AsTable<Item>,
): void {
  const { items } = answer;
  const { stdout, environment } = terminal;
  if (format === 'json' || format === 'yaml') stdout.write(renderDocument(format, answer));
  else if (format === 'name') for (const item of items) printLine(terminal, idOf(item));
  else if (items.length === 0) printNote(terminal, whenEmpty);
  else {
    const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
    stdout.write(renderTable(columns, items, width, paintFor(stdout, environment)));
  }
}
