/** A line of pieces in different colours that never is wider than the terminal. */
import type { Colour, Paint } from './colour.ts';
import { displayWidth, shorten } from './display-width.ts';
import { printable } from './printable.ts';

export interface Segment {
  readonly text: string;
  readonly colour?: Colour;
}

/** The line with a line break; what does not fit is cut, with an ellipsis. `columns` is `null` where nothing is cut. */
export function renderSegments(segments: readonly Segment[], columns: number | null, paint: Paint): string {
  let room = columns ?? Number.POSITIVE_INFINITY;
  let line = '';
  for (const { text, colour } of segments) {
    if (room <= 0) break;
    const whole = printable(text);
    const part = displayWidth(whole) <= room ? whole : shorten(whole, room);
    room = part === whole ? room - displayWidth(part) : 0;
    line += colour === undefined || part === '' ? part : paint(part, colour);
  }
  return `${line.trimEnd()}\n`;
}

/** Parts with two spaces between them, in as many lines as they need. */
export function wrapSegments(parts: readonly (readonly Segment[])[], columns: number): readonly (readonly Segment[])[] {
  const lines: { segments: Segment[]; width: number }[] = [];
  for (const part of parts) {
    const width = part.reduce((sum, { text }) => sum + displayWidth(text), 0);
    const last = lines.at(-1);
    if (last !== undefined && last.width + 2 + width <= columns) {
      last.segments.push({ text: '  ' }, ...part);
      last.width += 2 + width;
    } else lines.push({ segments: [...part], width });
  }
  return lines.map(({ segments }) => segments);
}
