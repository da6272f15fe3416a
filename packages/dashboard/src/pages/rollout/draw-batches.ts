/** Draws the cells of a rollout's picture: a colour for each status of a node in it, and a shape, so that the colour is not the only sign. */
import type { RolloutNode, RolloutNodeStatus } from '@sluice/contract';
import { type BatchLayout, cornerOfCell, NAMED_CELL_PITCH_MIN, NUMBER_WIDTH } from '../../fleet-view/batch-layout.ts';
import type { Palette } from '../../theme/palette.ts';
import { type CellsLook, drawCells, drawCellWithWords, type DrawnCells } from '../../ui/draw-cells.ts';

const NUMBER_FONT = '11px system-ui, sans-serif';

export interface BatchesLook extends CellsLook {
  readonly layout: BatchLayout;
  readonly inWords: (status: RolloutNodeStatus) => string;
}

/** Draws what differs from what is there. @returns What is there now. */
export function drawBatches(
  context: CanvasRenderingContext2D,
  batches: readonly (readonly RolloutNode[])[],
  look: BatchesLook,
  before: DrawnCells<BatchesLook> | null,
): DrawnCells<BatchesLook> {
  const { layout, palette, inWords } = look;
  return drawCells(context, batches, look, before, {
    shows: ({ nodeId, status }) => `${status} ${nodeId}`,
    cornerOf: (place) => cornerOfCell(layout, place),
    draw: ({ nodeId, status }, x, y) => {
      if (layout.pitch < NAMED_CELL_PITCH_MIN) {
        drawRolloutCell(context, status, x, y, layout.cell, palette);
        return;
      }
      const mark = (left: number, top: number, side: number) =>
        drawRolloutCell(context, status, left, top, side, palette);
      drawCellWithWords(context, { mark, name: nodeId, below: inWords(status) }, x, y, look);
    },
    drawBeside: () => drawNumbers(context, batches, look),
  });
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
