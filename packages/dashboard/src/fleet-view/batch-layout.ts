/**
 * Where each cell of a rollout's picture lies: batch after batch, in their order. Where there is room each batch is a block with
 * its number beside it; where there are too many, cells run on like words, with a gap between batches. Lengths are CSS pixels.
 */
import type { CellPlace, Direction } from './map-layout.ts';

/** From one cell to the next, gap included, for blocks; the first with which everything fits is taken. */
const BLOCK_PITCHES = [112, 36, 28, 24, 20, 16, 14] as const;
/** For cells that run on. */
const FLOW_PITCHES = [14, 12, 10, 8] as const;
/** From this pitch on a cell has room for its node's name. */
export const NAMED_CELL_PITCH_MIN = 100;
/** Between two cells, from this pitch on; below it a single pixel. */
const WIDE_GAP_PITCH = 14;
/** For the number of a batch, left of its cells. */
export const NUMBER_WIDTH = 30;
const BLOCK_GAP = 18;
const LINE_GAP = 8;
/** Batches smaller than this are not set apart where cells run on: gaps would take more room than cells. */
const SET_APART_MIN = 4;

interface Block {
  /** Of its first cell. */
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly count: number;
}

interface LayoutBasics {
  readonly pitch: number;
  /** A cell's side. */
  readonly cell: number;
  readonly height: number;
}

export type BatchLayout = LayoutBasics &
  (
    | { readonly kind: 'blocks'; readonly blocks: readonly Block[] }
    | {
        readonly kind: 'flow';
        readonly columns: number;
        /** The slot of each batch's first cell; slots are counted along the rows. */
        readonly starts: readonly number[];
        readonly counts: readonly number[];
      }
  );

/** @param counts Nodes of each batch. @param heightWanted What should be enough; it may be more. */
export function layoutBatches(counts: readonly number[], width: number, heightWanted: number): BatchLayout {
  for (const pitch of BLOCK_PITCHES) {
    const layout = layoutBlocks(pitch, counts, width);
    if (layout !== null && layout.height <= heightWanted) return layout;
  }
  let layout = layoutFlow(FLOW_PITCHES[0], counts, width);
  for (const pitch of FLOW_PITCHES) {
    layout = layoutFlow(pitch, counts, width);
    if (layout.height <= heightWanted) break;
  }
  return layout;
}

/** @returns `null`: not even one cell has room beside its number. */
function layoutBlocks(pitch: number, counts: readonly number[], width: number): BatchLayout | null {
  const columnsMax = Math.floor((width - NUMBER_WIDTH) / pitch);
  if (columnsMax < 1) return null;
  const columns = Math.min(columnsMax, Math.max(1, ...counts));
  const blockWidth = NUMBER_WIDTH + columns * pitch + BLOCK_GAP;
  const perLine = Math.max(1, Math.floor((width + BLOCK_GAP) / blockWidth));
  const blocks: Block[] = [];
  let top = 0;
  let lineHeight = 0;
  for (const [index, count] of counts.entries()) {
    const place = index % perLine;
    if (place === 0 && index > 0) {
      top += lineHeight + LINE_GAP;
      lineHeight = 0;
    }
    blocks.push({ left: place * blockWidth + NUMBER_WIDTH, top, columns, count });
    lineHeight = Math.max(lineHeight, Math.ceil(count / columns) * pitch);
  }
  return { kind: 'blocks', ...sizesOf(pitch), height: top + lineHeight, blocks };
}

function layoutFlow(pitch: number, counts: readonly number[], width: number): BatchLayout {
  const columns = Math.max(1, Math.floor(width / pitch));
  const cells = counts.reduce((sum, count) => sum + count, 0);
  const gap = cells / Math.max(1, counts.length) >= SET_APART_MIN ? 1 : 0;
  const starts: number[] = [];
  let next = 0;
  for (const count of counts) {
    starts.push(next);
    next += count + gap;
  }
  return { kind: 'flow', ...sizesOf(pitch), height: Math.ceil(next / columns) * pitch, columns, starts, counts };
}

function sizesOf(pitch: number): { readonly pitch: number; readonly cell: number } {
  return { pitch, cell: pitch - (pitch >= NAMED_CELL_PITCH_MIN ? 8 : pitch >= WIDE_GAP_PITCH ? 2 : 1) };
}

/** The upper left corner of a cell. */
export function cornerOfCell(
  layout: BatchLayout,
  { group, index }: CellPlace,
): { readonly x: number; readonly y: number } {
  const { pitch } = layout;
  if (layout.kind === 'flow') {
    const slot = (layout.starts[group] ?? 0) + index;
    return { x: (slot % layout.columns) * pitch, y: Math.floor(slot / layout.columns) * pitch };
  }
  const block = layout.blocks[group];
  if (block === undefined) return { x: 0, y: 0 };
  return {
    x: block.left + (index % block.columns) * pitch,
    y: block.top + Math.floor(index / block.columns) * pitch,
  };
}

/** The cell at a point, the gap after it included; `null`: there is none. */
export function cellAtPoint(layout: BatchLayout, x: number, y: number): CellPlace | null {
  const { pitch } = layout;
  if (layout.kind === 'flow') {
    const [column, row] = [Math.floor(x / pitch), Math.floor(y / pitch)];
    return column < 0 || column >= layout.columns || row < 0 ? null : cellOfSlot(layout, row * layout.columns + column);
  }
  for (const [group, { left, top, columns, count }] of layout.blocks.entries()) {
    const [column, row] = [Math.floor((x - left) / pitch), Math.floor((y - top) / pitch)];
    if (column < 0 || column >= columns || row < 0) continue;
    const index = row * columns + column;
    if (index < count) return { group, index };
  }
  return null;
}

function cellOfSlot({ starts, counts }: Extract<BatchLayout, { kind: 'flow' }>, slot: number): CellPlace | null {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= slot) low = middle;
    else high = middle - 1;
  }
  const index = slot - (starts[low] ?? 0);
  return index < (counts[low] ?? 0) ? { group: low, index } : null;
}

/** The cell to which a key leads: along the order of the nodes, or to the nearest one above or below. */
export function moveInBatches(layout: BatchLayout, from: CellPlace, direction: Direction): CellPlace {
  const counts = layout.kind === 'flow' ? layout.counts : layout.blocks.map(({ count }) => count);
  switch (direction) {
    case 'first':
      return { group: 0, index: 0 };
    case 'last':
      return { group: counts.length - 1, index: (counts.at(-1) ?? 1) - 1 };
    case 'left':
      if (from.index > 0) return { ...from, index: from.index - 1 };
      return from.group > 0 ? { group: from.group - 1, index: (counts[from.group - 1] ?? 1) - 1 } : from;
    case 'right':
      if (from.index + 1 < (counts[from.group] ?? 0)) return { ...from, index: from.index + 1 };
      return from.group + 1 < counts.length ? { group: from.group + 1, index: 0 } : from;
    case 'up':
      return nearest(layout, from, -1);
    case 'down':
      return nearest(layout, from, 1);
  }
}

/** In the same column of the picture. */
function nearest(layout: BatchLayout, from: CellPlace, by: 1 | -1): CellPlace {
  const { x, y } = cornerOfCell(layout, from);
  const [middle, half] = [x + layout.cell / 2, layout.pitch / 2];
  for (let at = y + half + by * layout.pitch; at >= 0 && at <= layout.height; at += by * half) {
    const found = cellAtPoint(layout, middle, at);
    if (found !== null) return found;
  }
  return from;
}
