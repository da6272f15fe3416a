/** Draws a text again and again in the same place of a terminal; piped, each drawing is appended. */
import type { OutputStream } from '../terminal.ts';

export interface Redraw {
  /** Draws `text` (whole lines) when it differs from what is there. */
  draw(text: string): void;
  /** Something else was written below: the next drawing comes after it. */
  forget(): void;
}

/** Rows of a terminal whose height is not known. */
const ROWS_DEFAULT = 24;

export function createRedraw(stream: OutputStream): Redraw {
  let drawn: string | null = null;
  let rowsDrawn = 0;
  return {
    draw(text) {
      const isTerminal = stream.isTTY === true;
      const whole = isTerminal ? cutToRows(text, (stream.rows ?? ROWS_DEFAULT) - 1) : text;
      if (whole === drawn) return;
      if (isTerminal) stream.write(`${rowsDrawn === 0 ? '' : `\u001b[${rowsDrawn}A\r`}\u001b[0J${whole}`);
      else stream.write(`${drawn === null ? '' : '\n'}${whole}`);
      drawn = whole;
      rowsDrawn = whole.split('\n').length - 1;
    },
    forget() {
      drawn = null;
      rowsDrawn = 0;
    },
  };
}

/** A text higher than the terminal would scroll, and could not be drawn over. */
function cutToRows(text: string, rows: number): string {
  const lines = text.split('\n').slice(0, -1);
  if (lines.length <= rows) return text;
  const kept = Math.max(1, rows - 1);
  return `${lines.slice(0, kept).join('\n')}\n… ${lines.length - kept} more: narrow it with --type, --status or --selector\n`;
}
