/** Where the cells of a rollout's picture lie. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BatchLayout, cellAtPoint, cornerOfCell, layoutBatches, moveInBatches } from './batch-layout.ts';

const WIDTH = 1000;
const HEIGHT = 420;

const batches = (nodes: number, size: number): readonly number[] =>
  Array.from({ length: Math.ceil(nodes / size) }, (_none, index) => Math.min(size, nodes - index * size));

test.each([
  [2, 1, WIDTH, { kind: 'blocks', pitch: 112 }],
  [12, 3, WIDTH, { kind: 'blocks', pitch: 112 }],
  [400, 10, WIDTH, { kind: 'blocks' }],
  [2000, 40, WIDTH, { kind: 'flow', pitch: 14 }],
  [2000, 1, WIDTH, { kind: 'flow' }],
  [10_000, 200, WIDTH, { kind: 'flow', pitch: 8 }],
  [2000, 40, 300, { kind: 'flow', pitch: 8 }],
  [2, 1, 300, { kind: 'blocks', pitch: 112 }],
  [400, 400, 300, { kind: 'blocks', pitch: 16 }],
] as const)('%d nodes, %d at once, on %d pixels', (nodes, size, width, expected) => {
  expect(layoutBatches(batches(nodes, size), width, HEIGHT)).toMatchObject(expected);
});

test('two thousand nodes are seen whole on a laptop', () => {
  for (const size of [1, 20, 40, 500])
    expect(layoutBatches(batches(2000, size), WIDTH, HEIGHT).height).toBeLessThanOrEqual(HEIGHT);
});

test('every cell is found where it lies, none lies upon another, and none outside', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 150, max: 1400 }),
      (counts, width) => {
        const layout = layoutBatches(counts, width, HEIGHT);
        const seen = new Set<string>();
        for (const [group, count] of counts.entries()) {
          for (let index = 0; index < count; index += 1) {
            const { x, y } = cornerOfCell(layout, { group, index });
            expect(cellAtPoint(layout, x + layout.cell / 2, y + layout.cell / 2)).toEqual({ group, index });
            expect(x + layout.cell).toBeLessThanOrEqual(width);
            expect(y + layout.cell).toBeLessThanOrEqual(layout.height);
            seen.add(`${x} ${y}`);
          }
        }
        expect(seen.size).toBe(counts.reduce((sum, count) => sum + count, 0));
      },
    ),
    { numRuns: 60 },
  );
});

test('keys walk through all batches, and stay at the ends', () => {
  const layout: BatchLayout = layoutBatches([3, 3, 1], WIDTH, HEIGHT);
  let at = { group: 0, index: 0 };
  const walk: string[] = [];
  for (let step = 0; step < 8; step += 1) {
    walk.push(`${at.group}.${at.index}`);
    at = moveInBatches(layout, at, 'right');
  }
  expect(walk).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1', '1.2', '2.0', '2.0']);
  expect(moveInBatches(layout, { group: 0, index: 0 }, 'left')).toEqual({ group: 0, index: 0 });
  expect(moveInBatches(layout, { group: 0, index: 0 }, 'last')).toEqual({ group: 2, index: 0 });
  // Two blocks are beside each other on this width, the third is below the first.
  expect(moveInBatches(layout, { group: 0, index: 0 }, 'down')).toEqual({ group: 2, index: 0 });
  expect(moveInBatches(layout, { group: 2, index: 0 }, 'up')).toEqual({ group: 0, index: 0 });
});
