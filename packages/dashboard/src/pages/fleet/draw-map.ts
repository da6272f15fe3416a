/** Draws the cells of the map: a colour for each status, and a shape, so that the colour is not the only sign. */
import type { Node, NodeStatus } from '@sluice/contract';
import { cornerOf, type MapLayout, NAMED_PITCH_MIN } from '../../fleet-view/map-layout.ts';
import type { Palette } from '../../theme/palette.ts';
import { type CellsLook, drawCells, drawCellWithWords, type DrawnCells } from '../../ui/draw-cells.ts';

export interface MapLook extends CellsLook {
  readonly layout: MapLayout;
  readonly sessionsInWords: (count: number) => string;
}

/** Draws what differs from what is there. @returns What is there now. */
export function drawMap(
  context: CanvasRenderingContext2D,
  groups: readonly (readonly Node[])[],
  look: MapLook,
  before: DrawnCells<MapLook> | null,
): DrawnCells<MapLook> {
  const { layout, palette, sessionsInWords } = look;
  const isNamed = layout.pitch >= NAMED_PITCH_MIN;
  return drawCells(context, groups, look, before, {
    shows: ({ id, status, load }) => (isNamed ? `${status} ${load.sessions} ${id}` : status),
    cornerOf: (place) => cornerOf(layout, place),
    draw: ({ id, status, load: { sessions } }, x, y) => {
      if (!isNamed) {
        drawCell(context, status, x, y, layout.cell, palette);
        return;
      }
      const mark = (left: number, top: number, side: number) => drawCell(context, status, left, top, side, palette);
      const below = sessions === null ? null : sessionsInWords(sessions);
      drawCellWithWords(context, { mark, name: id, below }, x, y, look);
    },
  });
}

function drawCell(
  context: CanvasRenderingContext2D,
  status: NodeStatus,
  x: number,
  y: number,
  side: number,
  palette: Palette,
): void {
  const colour = palette.status[status] ?? palette.inkSoft;
  context.fillStyle = colour;
  context.strokeStyle = palette.onStatus;
  const line = Math.max(1, side / 7);
  context.lineWidth = line;
  switch (status) {
    case 'active':
      context.fillStyle = palette.calmCell;
      context.fillRect(x, y, side, side);
      break;
    case 'draining':
      // Full below the diagonal: it is running empty.
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x, y + side);
      context.lineTo(x + side, y + side);
      context.fill();
      outline(context, colour, x, y, side, line);
      break;
    case 'drained':
      outline(context, colour, x, y, side, line);
      break;
    case 'restarting':
      context.fillRect(x, y, side, side);
      context.beginPath();
      context.arc(x + side / 2, y + side / 2, side / 4, 0, 1.6 * Math.PI);
      context.stroke();
      break;
    case 'unhealthy':
      context.fillRect(x, y, side, side);
      context.fillStyle = palette.onStatus;
      context.beginPath();
      context.moveTo(x + side / 2, y + side * 0.2);
      context.lineTo(x + side * 0.8, y + side * 0.75);
      context.lineTo(x + side * 0.2, y + side * 0.75);
      context.fill();
      break;
    case 'offline':
      context.fillRect(x, y, side, side);
      context.beginPath();
      context.moveTo(x + side * 0.22, y + side * 0.22);
      context.lineTo(x + side * 0.78, y + side * 0.78);
      context.moveTo(x + side * 0.78, y + side * 0.22);
      context.lineTo(x + side * 0.22, y + side * 0.78);
      context.stroke();
      break;
  }
}

function outline(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  y: number,
  side: number,
  line: number,
): void {
  context.strokeStyle = colour;
  context.strokeRect(x + line / 2, y + line / 2, side - line, side - line);
}
