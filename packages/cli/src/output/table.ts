/** Tables that fit: whole when piped; on a terminal the least important columns are shortened, then left out. */
import CliTable from 'cli-table3';
import type { Colour, Paint } from './colour.ts';
import { displayWidth, shorten } from './display-width.ts';
import { printable } from './printable.ts';

export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string | Cell;
  /** Columns with the lowest importance are left out first; `Infinity`: never. */
  readonly importance: number;
  /** Columns of the terminal under which it says nothing any more; absent: it is never shortened. */
  readonly widthMin?: number;
}

/** Columns of the terminal between two columns of the table. */
const GAP = 2;

/** The table as text with a line break at its end. `width` is the terminal's; `null` when piped: then nothing is cut. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
  paint: Paint,
): string {
  const filled = columns.map((column) => ({
    ...column,
    cells: rows.map((row) => {
      const cell = column.cell(row);
      return typeof cell === 'string' ? { text: printable(cell) } : { ...cell, text: printable(cell.text) };
    }),
  }));
  const widths = new Map(
    filled.map((column) => [
      column,
      Math.max(displayWidth(column.header), ...column.cells.map((cell) => displayWidth(cell.text))),
    ]),
  );
  if (width !== null) fit(widths, width);

  const shown = filled.filter((column) => widths.has(column));
  const table = new CliTable({
    head: shown.map((column) => paint(shorten(column.header, widths.get(column) ?? 0), 'bold')),
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
  });
  for (const [index] of rows.entries()) {
    table.push(
      shown.map((column) => {
        const cell: Cell = column.cells[index] ?? { text: '' };
        const text = shorten(cell.text, widths.get(column) ?? 0);
        return cell.colour === undefined ? text : paint(text, cell.colour);
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Leaves columns out, the least important first, until the rest fits when shortened; then gives back what room there is. */
function fit<Row>(widths: Map<Column<Row>, number>, width: number): void {
  const whole = new Map(widths);
  const room = () => width - [...widths.values()].reduce((sum, one) => sum + one + GAP, -GAP);
  const byImportance = [...widths.keys()].toSorted((a, b) => a.importance - b.importance);
  if (room() >= 0) return;
  for (const [column, current] of whole) {
    widths.set(column, Math.min(current, Math.max(column.widthMin ?? current, displayWidth(column.header))));
  }
  for (const column of byImportance) {
    if (room() < 0 && column.importance !== Infinity) widths.delete(column);
  }
  for (const column of byImportance.toReversed()) {
    const current = widths.get(column);
    if (current !== undefined)
      widths.set(column, Math.min(whole.get(column) ?? current, current + Math.max(0, room())));
  }
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;
