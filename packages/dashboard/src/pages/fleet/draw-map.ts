/** Draws the cells of the map: a colour for each status, and a shape, so that the colour is not the only sign. */
import type { NodeStatus } from '@sluice/contract';
import type { NodeGroup } from '../../fleet-view/group-nodes.ts';
import { cornerOf, type MapLayout } from '../../fleet-view/map-layout.ts';
import type { Palette } from '../../theme/palette.ts';

/** What is on the canvas: the status of each cell, in the order of groups and cells; `null` before anything is. */
export interface DrawnMap {
  readonly layout: MapLayout;
  readonly palette: Palette;
  readonly scale: number;
  readonly statuses: readonly (readonly NodeStatus[])[];
}

/**
 * Draws what differs from what is there: of ten thousand cells some dozens change in a second.
 * @param scale Device pixels of one CSS pixel.
 * @returns What is there now.
 */
export function drawMap(
  context: CanvasRenderingContext2D,
  groups: readonly NodeGroup[],
  { layout, palette, scale }: Omit<DrawnMap, 'statuses'>,
  before: DrawnMap | null,
): DrawnMap {
  const isSamePlace = before?.layout === layout && before.palette === palette && before.scale === scale;
  if (!isSamePlace) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const statuses = groups.map(({ nodes }) => nodes.map(({ status }) => status));
  for (const [group, members] of statuses.entries()) {
    const known = isSamePlace ? before.statuses[group] : undefined;
    for (const [index, status] of members.entries()) {
      if (known?.[index] === status) continue;
      const { x, y } = cornerOf(layout, { group, index });
      if (isSamePlace) context.clearRect(x, y, layout.cell, layout.cell);
      drawCell(context, status, x, y, layout.cell, palette);
    }
  }
  return { layout, palette, scale, statuses };
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
