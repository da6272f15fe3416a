/** The map's cells: all of them there, none upon another, found by point and by key. */
import { describe, expect, test } from 'vitest';
import { cellAt, type CellPlace, cornerOf, layoutMap, type MapLayout, moveFrom } from './map-layout.ts';

const counts = [37, 1, 250, 3, 12];
const layout = layoutMap(counts, 600, 400);

function everyCell({ groups }: MapLayout): readonly CellPlace[] {
  return groups.flatMap(({ count }, group) => Array.from({ length: count }, (_none, index) => ({ group, index })));
}

test('every cell is found at its own place, within the width, and no two are at the same', () => {
  const corners = everyCell(layout).map((place) => {
    const { x, y } = cornerOf(layout, place);
    expect(cellAt(layout, x + layout.cell / 2, y + layout.cell / 2)).toEqual(place);
    expect(x + layout.cell).toBeLessThanOrEqual(600);
    expect(y + layout.cell).toBeLessThanOrEqual(layout.height);
    return `${x} ${y}`;
  });
  expect(new Set(corners).size).toBe(303);
});

test.each([
  ['a few nodes have names', [3], 1000, 112],
  ['a hundred are large', [100, 20], 1000, 36],
  ['ten thousand are small', [6000, 4000], 1200, 8],
  ['a narrow phone', [400], 328, 16],
] as const)('%s', (_name, nodes, width, pitch) => {
  const { pitch: chosen, height } = layoutMap(nodes, width, 480);
  expect(chosen).toBe(pitch);
  if (pitch > 8) expect(height).toBeLessThanOrEqual(480);
});

describe('keys', () => {
  test('right leads through every cell of every group, and stays at the last; left leads back', () => {
    const cells = everyCell(layout);
    for (const [index, cell] of cells.entries()) {
      expect(moveFrom(layout, cell, 'right')).toEqual(cells[index + 1] ?? cell);
      expect(moveFrom(layout, cell, 'left')).toEqual(cells[index - 1] ?? cell);
    }
  });

  test('down leads to the cell below, or into the next group; up back', () => {
    const columns = layout.groups[0]?.columns ?? 0;
    expect(moveFrom(layout, { group: 0, index: 1 }, 'down')).toEqual({ group: 0, index: 1 + columns });
    expect(moveFrom(layout, { group: 0, index: 36 }, 'down')).toEqual({ group: 1, index: 0 });
    expect(moveFrom(layout, { group: 1, index: 0 }, 'up')).toEqual({ group: 0, index: 36 });
    expect(moveFrom(layout, { group: 0, index: 0 }, 'up')).toEqual({ group: 0, index: 0 });
    expect(moveFrom(layout, { group: 2, index: 5 }, 'last')).toEqual({ group: 4, index: 11 });
    expect(moveFrom(layout, { group: 2, index: 5 }, 'first')).toEqual({ group: 0, index: 0 });
  });
});

test('beside, above and between the groups there is no cell', () => {
  expect(cellAt(layout, -1, 30)).toBeNull();
  expect(cellAt(layout, 5, 5)).toBeNull();
  expect(cellAt(layout, 5, layout.height + 1)).toBeNull();
  expect(layoutMap([], 600, 400)).toMatchObject({ height: 0, groups: [] });
});
