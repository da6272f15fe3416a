/** Draws the cells of the map: a colour for each status, and a shape, so that the colour is not the only sign. */
import type { Node, NodeStatus } from '@sluice/contract';
import type { NodeGroup } from '../../fleet-view/group-nodes.ts';
import { cornerOf, type MapLayout, NAMED_PITCH_MIN } from '../../fleet-view/map-layout.ts';
import type { Palette } from '../../theme/palette.ts';

/** Of a cell with a name; CSS pixels. */
const PADDING = 10;
const MARK_SIDE = 22;
const LINE_HEIGHT = 18;
const FONT = '13px system-ui, sans-serif';

/** What is on the canvas: what each cell shows, in the order of groups and cells; `null` before anything is. */
export interface DrawnMap {
  readonly look: MapLook;
  readonly shown: readonly (readonly string[])[];
}

export interface MapLook {
  readonly layout: MapLayout;
  readonly palette: Palette;
  /** Device pixels of one CSS pixel. */
  readonly scale: number;
  readonly sessionsInWords: (count: number) => string;
}

/**
 * Draws what differs from what is there: of ten thousand cells some dozens change in a second.
 * @returns What is there now.
 */
export function drawMap(
  context: CanvasRenderingContext2D,
  groups: readonly NodeGroup[],
  look: MapLook,
  before: DrawnMap | null,
): DrawnMap {
  const { layout, scale } = look;
  const isSameLook = before?.look === look;
  if (!isSameLook) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const isNamed = layout.pitch >= NAMED_PITCH_MIN;
  const shown = groups.map(({ nodes }) =>
    nodes.map((node) => (isNamed ? `${node.status} ${node.load.sessions} ${node.id}` : node.status)),
  );
  for (const [group, { nodes }] of groups.entries()) {
    const known = isSameLook ? before.shown[group] : undefined;
    for (const [index, node] of nodes.entries()) {
      if (known?.[index] === shown[group]?.[index]) continue;
      const { x, y } = cornerOf(layout, { group, index });
      if (isSameLook) context.clearRect(x, y, layout.cell, layout.cell);
      if (isNamed) drawNamedCell(context, node, x, y, look);
      else drawCell(context, node.status, x, y, layout.cell, look.palette);
    }
  }
  return { look, shown };
}

/** A node of a small fleet: its mark, its name, how many sessions are on it. */
function drawNamedCell(
  context: CanvasRenderingContext2D,
  { id, status, load }: Node,
  x: number,
  y: number,
  { layout: { cell }, palette, sessionsInWords }: MapLook,
): void {
  context.fillStyle = palette.raised;
  context.fillRect(x, y, cell, cell);
  drawCell(context, status, x + PADDING, y + PADDING, MARK_SIDE, palette);
  context.font = FONT;
  context.fillStyle = palette.ink;
  context.fillText(cutTo(context, id, cell - 2 * PADDING), x + PADDING, y + cell - PADDING - LINE_HEIGHT);
  if (load.sessions === null) return;
  context.fillStyle = palette.inkSoft;
  context.fillText(cutTo(context, sessionsInWords(load.sessions), cell - 2 * PADDING), x + PADDING, y + cell - PADDING);
}

/** As much of a text as fits. */
function cutTo(context: CanvasRenderingContext2D, text: string, width: number): string {
  let cut = text;
  while (cut.length > 1 && context.measureText(cut === text ? text : `${cut}…`).width > width) cut = cut.slice(0, -1);
  return cut === text ? text : `${cut}…`;
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
