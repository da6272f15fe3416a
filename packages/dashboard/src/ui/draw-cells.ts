/** Draws cells on a canvas, only those that differ from what is there; and what stands in one that is large enough for words. */
import type { Palette } from '../theme/palette.ts';

/** Of a cell with words; CSS pixels. */
const PADDING = 10;
const MARK_SIDE = 22;
const LINE_HEIGHT = 18;
const FONT = '13px system-ui, sans-serif';

/** While it is the same object, what is on the canvas stays. */
export interface CellsLook {
  readonly layout: { readonly cell: number };
  readonly palette: Palette;
  /** Device pixels of one CSS pixel. */
  readonly scale: number;
}

/** What is on the canvas: what each cell shows, in the order of groups and cells; `null` before anything is. */
export interface DrawnCells<Look> {
  readonly look: Look;
  readonly shown: readonly (readonly string[])[];
}

export interface CellsDrawing<Item> {
  /** What a cell shows, as a text that differs where it does. */
  readonly shows: (item: Item) => string;
  /** Its upper left corner in CSS pixels. */
  readonly cornerOf: (place: { readonly group: number; readonly index: number }) => {
    readonly x: number;
    readonly y: number;
  };
  readonly draw: (item: Item, x: number, y: number) => void;
  /** What is drawn beside the cells, once for each look. */
  readonly drawBeside?: () => void;
}

/**
 * Draws what differs from what is there: of ten thousand cells some dozens change in a second.
 * @returns What is there now.
 */
export function drawCells<Item, Look extends CellsLook>(
  context: CanvasRenderingContext2D,
  groups: readonly (readonly Item[])[],
  look: Look,
  before: DrawnCells<Look> | null,
  { shows, cornerOf, draw, drawBeside }: CellsDrawing<Item>,
): DrawnCells<Look> {
  const { layout, scale } = look;
  const isSameLook = before?.look === look;
  if (!isSameLook) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  if (!isSameLook) drawBeside?.();
  const shown = groups.map((items) => items.map(shows));
  for (const [group, items] of groups.entries()) {
    const known = isSameLook ? before.shown[group] : undefined;
    for (const [index, item] of items.entries()) {
      if (known?.[index] === shown[group]?.[index]) continue;
      const { x, y } = cornerOf({ group, index });
      if (isSameLook) context.clearRect(x, y, layout.cell, layout.cell);
      draw(item, x, y);
    }
  }
  return { look, shown };
}

export interface CellWords {
  readonly mark: (x: number, y: number, side: number) => void;
  readonly name: string;
  /** `null`: there is nothing to say. */
  readonly below: string | null;
}

/** A cell of a small picture: its mark, its name, and a line of words below. */
export function drawCellWithWords(
  context: CanvasRenderingContext2D,
  { mark, name, below }: CellWords,
  x: number,
  y: number,
  { layout: { cell }, palette }: CellsLook,
): void {
  const width = cell - 2 * PADDING;
  context.fillStyle = palette.raised;
  context.fillRect(x, y, cell, cell);
  mark(x + PADDING, y + PADDING, MARK_SIDE);
  context.font = FONT;
  context.fillStyle = palette.ink;
  context.fillText(cutTo(context, name, width), x + PADDING, y + cell - PADDING - LINE_HEIGHT);
  if (below === null) return;
  context.fillStyle = palette.inkSoft;
  context.fillText(cutTo(context, below, width), x + PADDING, y + cell - PADDING);
}

/** As much of a text as fits. */
function cutTo(context: CanvasRenderingContext2D, text: string, width: number): string {
  let cut = text;
  while (cut.length > 1 && context.measureText(cut === text ? text : `${cut}…`).width > width) cut = cut.slice(0, -1);
  return cut === text ? text : `${cut}…`;
}
