/** One thing on one page: a heading, and rows of a label and what there is to say. */
import type { Paint } from './colour.ts';
import { displayWidth } from './display-width.ts';
import { printable } from './printable.ts';
import type { Cell } from './table.ts';
import { wrapWords } from './wrap.ts';

export interface PageRow {
  readonly label: string;
  /** Nothing to say: the row is left out. */
  readonly lines: readonly string[];
}

/** Columns between a label and what it says. */
const GAP = 2;

/** The page as whole lines. What is wider than `columns` goes on below, beside its label; `null`: nothing is wrapped. */
export function renderPage(
  heading: string,
  status: Cell,
  rows: readonly PageRow[],
  paint: Paint,
  columns: number | null = null,
): string {
  const shown = rows.filter((row) => row.lines.length > 0);
  const width = Math.max(...shown.map((row) => displayWidth(row.label)));
  const symbol = status.colour === undefined ? status.text : paint(status.text, status.colour);
  const room = columns === null ? null : columns - width - GAP;
  const body = shown.flatMap(({ label, lines }) =>
    lines
      .flatMap((line) => (room === null ? [printable(line)] : wrapWords(printable(line).split(' '), room)))
      .map((line, index) =>
        `${paint((index === 0 ? label : '').padEnd(width), 'grey')}${' '.repeat(GAP)}${line}`.trimEnd(),
      ),
  );
  return [`${paint(printable(heading), 'bold')}  ${symbol}`, ...body].map((line) => `${line}\n`).join('');
}
