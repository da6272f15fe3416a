import { expect, test } from 'vitest';
import { DEMO_NODES_DEFAULT, DEMO_NODES_MAX, demoNodes } from './demo-nodes.ts';

test('the demo has its three nodes, and as many more as are asked for, each under a name of its own', () => {
  expect(demoNodes(DEMO_NODES_DEFAULT).map(({ id }) => id)).toEqual(['lobby-1', 'arena-1', 'arena-2']);
  expect(demoNodes(1).map(({ id }) => id)).toEqual(['lobby-1']);
  const most = demoNodes(DEMO_NODES_MAX);
  expect(new Set(most.map(({ id }) => id)).size).toBe(DEMO_NODES_MAX);
  expect(new Set(most.map(({ region, zone }) => `${region}/${zone}`)).size).toBe(6);
});
