/** Draws the cells of a rollout's picture: a colour for each status of a node in it, and a shape, so that the colour is not the only sign. */
import type { RolloutNode, RolloutNodeStatus } from '@sluice/contract';
import { type BatchLayout, cornerOfCell, NAMED_CELL_PITCH_MIN, NUMBER_WIDTH } from '../../fleet-view/batch-layout.ts';
import type { Palette } from '../../theme/palette.ts';

/** Of a cell with a name; CSS pixels. */
const PADDING = 10;
const MARK_SIDE = 22;
const LINE_HEIGHT = 18;
const FONT = '13px system-ui, sans-serif';
const NUMBER_FONT = '11px system-ui, sans-serif';

export interface BatchesLook {
  readonly layout: BatchLayout;
  readonly palette: Palette;
  /** Device pixels of one CSS pixel. */
  readonly scale: number;
  readonly inWords: (status: RolloutNodeStatus) => string;
}

/** What is on the canvas: the status of each cell, batch by batch; `null` before anything is. */
export interface DrawnBatches {
  readonly look: BatchesLook;
  readonly shown: readonly (readonly string[])[];
}

/** Draws what differs from what is there. @returns What is there now. */
export function drawBatches(
  context: CanvasRenderingContext2D,
  batches: readonly (readonly RolloutNode[])[],
  look: BatchesLook,
  before: DrawnBatches | null,
): DrawnBatches {
  const { layout, scale } = look;
  const isSameLook = before?.look === look;
  if (!isSameLook) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  if (!isSameLook) drawNumbers(context, batches, look);
  const shown = batches.map((nodes) => nodes.map(({ nodeId, status }) => `${status} ${nodeId}`));
  for (const [group, nodes] of batches.entries()) {
    const known = isSameLook ? before.shown[group] : undefined;
    for (const [index, node] of nodes.entries()) {
      if (known?.[index] === shown[group]?.[index]) continue;
      const { x, y } = cornerOfCell(layout, { group, index });
      if (isSameLook) context.clearRect(x, y, layout.cell, layout.cell);
      if (layout.pitch >= NAMED_CELL_PITCH_MIN) drawNamedCell(context, node, x, y, look);
      else drawRolloutCell(context, node.status, x, y, layout.cell, look.palette);
    }
  }
  return { look, shown };
}

function drawNumbers(
  context: CanvasRenderingContext2D,
  batches: readonly (readonly RolloutNode[])[],
  { layout, palette }: BatchesLook,
): void {
  if (layout.kind !== 'blocks') return;
  context.font = NUMBER_FONT;
  context.fillStyle = palette.inkSoft;
  context.textAlign = 'right';
  for (const [group, { left, top }] of layout.blocks.entries())
    context.fillText(
      String(batches[group]?.[0]?.batch ?? ''),
      left - 8,
      top + Math.min(layout.cell, 16) - 3,
      NUMBER_WIDTH,
    );
  context.textAlign = 'left';
}

/** A node of a small rollout: its mark, its name, and where it is. */
function drawNamedCell(
  context: CanvasRenderingContext2D,
  { nodeId, status }: RolloutNode,
  x: number,
  y: number,
  { layout: { cell }, palette, inWords }: BatchesLook,
): void {
  context.fillStyle = palette.raised;
  context.fillRect(x, y, cell, cell);
  drawRolloutCell(context, status, x + PADDING, y + PADDING, MARK_SIDE, palette);
  context.font = FONT;
  context.fillStyle = palette.ink;
  context.fillText(cutTo(context, nodeId, cell - 2 * PADDING), x + PADDING, y + cell - PADDING - LINE_HEIGHT);
  context.fillStyle = palette.inkSoft;
  context.fillText(cutTo(context, inWords(status), cell - 2 * PADDING), x + PADDING, y + cell - PADDING);
}

/** As much of a text as fits. */
function cutTo(context: CanvasRenderingContext2D, text: string, width: number): string {
  let cut = text;
  while (cut.length > 1 && context.measureText(cut === text ? text : `${cut}…`).width > width) cut = cut.slice(0, -1);
  return cut === text ? text : `${cut}…`;
}

/** @param x Of its upper left corner. */
export function drawRolloutCell(
  context: CanvasRenderingContext2D,
  status: RolloutNodeStatus,
  x: number,
  y: number,
  side: number,
  palette: Palette,
): void {
  const line = Math.max(1, side / 7);
  /** A line through points, given in sides of the cell. */
  const stroke = (...points: readonly (readonly [right: number, down: number])[]) => {
    context.beginPath();
    for (const [right, down] of points) context.lineTo(x + right * side, y + down * side);
    context.stroke();
  };
  const full = (colour: string) => {
    context.fillStyle = colour;
    context.fillRect(x, y, side, side);
    context.strokeStyle = palette.onStatus;
  };
  const frame = (colour: string, width = line) => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.strokeRect(x + width / 2, y + width / 2, side - width, side - width);
  };
  context.lineWidth = line;
  switch (status) {
    case 'pending':
      frame(palette.line, Math.max(1, side / 14));
      break;
    case 'draining':
      // Full below the diagonal: it is running empty.
      context.fillStyle = palette.status.draining;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x, y + side);
      context.lineTo(x + side, y + side);
      context.fill();
      frame(palette.status.draining);
      break;
    case 'acting':
      full(palette.status.restarting);
      context.beginPath();
      context.arc(x + side / 2, y + side / 2, side / 4, 0, 1.6 * Math.PI);
      context.stroke();
      break;
    case 'undraining':
      full(palette.accent);
      stroke([0.2, 0.6], [0.5, 0.25], [0.8, 0.6]);
      break;
    case 'settling':
      frame(palette.status.drained);
      context.fillStyle = palette.status.drained;
      context.beginPath();
      context.arc(x + side / 2, y + side / 2, side / 5, 0, 2 * Math.PI);
      context.fill();
      break;
    case 'succeeded':
      full(palette.calmCell);
      stroke([0.22, 0.52], [0.42, 0.72], [0.78, 0.28]);
      break;
    case 'failed':
      full(palette.danger);
      stroke([0.22, 0.22], [0.78, 0.78]);
      stroke([0.78, 0.22], [0.22, 0.78]);
      break;
    case 'skipped':
      frame(palette.inkSoft, Math.max(1, side / 10));
      stroke([0.1, 0.9], [0.9, 0.1]);
      break;
  }
}
