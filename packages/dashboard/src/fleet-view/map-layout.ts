/** Where each cell of the map lies: groups side by side in shelves, cells as large as the height allows. Lengths are CSS pixels. */

/** From one cell to the next, gap included; the first with which everything fits is taken, else the last. */
const PITCHES = [112, 36, 28, 24, 20, 16, 14, 12, 10, 8] as const;
/** From this pitch on a cell has room for its node's name. */
export const NAMED_PITCH_MIN = 100;
/** Between two cells, from this pitch on; below it a single pixel. */
const WIDE_GAP_PITCH = 14;
/** Height of a group's name. */
const NAME_HEIGHT = 22;
/** Beside and below a group. */
const GROUP_GAP = 14;
/** A group's name needs so much. */
const GROUP_WIDTH_MIN = 96;
/** How much wider than high a group is. */
const ASPECT = 4;

export interface GroupPlace {
  readonly left: number;
  /** Of its name; its cells begin `NAME_HEIGHT` below. */
  readonly top: number;
  readonly width: number;
  readonly columns: number;
  readonly count: number;
}

export interface MapLayout {
  readonly pitch: number;
  /** A cell's side. */
  readonly cell: number;
  readonly height: number;
  readonly groups: readonly GroupPlace[];
}

/** A cell: the group's place in the order of groups, and the node's in the group. */
export interface CellPlace {
  readonly group: number;
  readonly index: number;
}

/** @param counts Nodes of each group. @param heightWanted What should be enough; it may be more. */
export function layoutMap(counts: readonly number[], width: number, heightWanted: number): MapLayout {
  let layout = layoutWith(PITCHES[0], counts, width);
  for (const pitch of PITCHES) {
    layout = layoutWith(pitch, counts, width);
    if (layout.height <= heightWanted) break;
  }
  return layout;
}

function layoutWith(pitch: number, counts: readonly number[], width: number): MapLayout {
  const columnsMax = Math.max(1, Math.floor(width / pitch));
  const groups: GroupPlace[] = [];
  let left = 0;
  let top = 0;
  let shelf = 0;
  for (const count of counts) {
    const columns = Math.min(columnsMax, Math.max(1, Math.ceil(Math.sqrt(count * ASPECT))), Math.max(1, count));
    const groupWidth = Math.min(width, Math.max(GROUP_WIDTH_MIN, columns * pitch));
    const height = NAME_HEIGHT + Math.ceil(count / columns) * pitch;
    if (left > 0 && left + groupWidth > width) {
      top += shelf + GROUP_GAP;
      left = 0;
      shelf = 0;
    }
    groups.push({ left, top, width: groupWidth, columns, count });
    left += groupWidth + GROUP_GAP;
    shelf = Math.max(shelf, height);
  }
  const gap = pitch >= NAMED_PITCH_MIN ? 8 : pitch >= WIDE_GAP_PITCH ? 2 : 1;
  return { pitch, cell: pitch - gap, height: top + shelf, groups };
}

/** The upper left corner of a cell. */
export function cornerOf(
  { pitch, groups }: MapLayout,
  { group, index }: CellPlace,
): { readonly x: number; readonly y: number } {
  const place = groups[group];
  if (place === undefined) return { x: 0, y: 0 };
  return {
    x: place.left + (index % place.columns) * pitch,
    y: place.top + NAME_HEIGHT + Math.floor(index / place.columns) * pitch,
  };
}

/** The cell at a point, the gap after it included; `null`: there is none. */
export function cellAt({ pitch, groups }: MapLayout, x: number, y: number): CellPlace | null {
  for (const [group, { left, top, columns, count }] of groups.entries()) {
    const column = Math.floor((x - left) / pitch);
    const row = Math.floor((y - top - NAME_HEIGHT) / pitch);
    if (column < 0 || column >= columns || row < 0) continue;
    const index = row * columns + column;
    if (index < count) return { group, index };
  }
  return null;
}

export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** Keys as the browser names them. */
export const DIRECTION_OF_KEY: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

/** The cell to which a key leads: along the rows, and from group to group at their ends. */
export function moveFrom({ groups }: MapLayout, from: CellPlace, direction: Direction): CellPlace {
  const place = groups[from.group];
  if (place === undefined) return from;
  switch (direction) {
    case 'first':
      return { group: 0, index: 0 };
    case 'last':
      return { group: groups.length - 1, index: (groups.at(-1)?.count ?? 1) - 1 };
    case 'left':
      return stepTo(groups, from, -1);
    case 'right':
      return stepTo(groups, from, 1);
    case 'up': {
      const index = from.index - place.columns;
      return index >= 0 ? { ...from, index } : (endOf(groups, from.group - 1, 'last') ?? from);
    }
    case 'down': {
      const index = from.index + place.columns;
      return index < place.count ? { ...from, index } : (endOf(groups, from.group + 1, 'first') ?? from);
    }
  }
}

function stepTo(groups: readonly GroupPlace[], from: CellPlace, by: 1 | -1): CellPlace {
  const index = from.index + by;
  if (index >= 0 && index < (groups[from.group]?.count ?? 0)) return { ...from, index };
  return endOf(groups, from.group + by, by === 1 ? 'first' : 'last') ?? from;
}

function endOf(groups: readonly GroupPlace[], group: number, end: 'first' | 'last'): CellPlace | null {
  const place = groups[group];
  return place === undefined ? null : { group, index: end === 'first' ? 0 : place.count - 1 };
}
