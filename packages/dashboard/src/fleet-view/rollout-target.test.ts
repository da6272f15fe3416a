/** Which nodes a rollout is for. */
import { expect, test } from 'vitest';
import { filterNodes, NO_FILTER, type NodeFilter } from './node-filter.ts';
import { nodeFixture } from './node-fixture.ts';
import { nodesOfTarget, targetInSpec, targetOfFilter, targetOfSpec } from './rollout-target.ts';

const fleet = [
  nodeFixture('arena-1', { type: 'arena', labels: { env: 'prod' } }),
  nodeFixture('lobby-1', { labels: { env: 'prod' } }),
  nodeFixture('lobby-2', { status: 'offline', labels: { env: 'demo' } }),
];

test.each<[what: string, filter: Partial<NodeFilter>, target: object]>([
  ['no filter is all', {}, { kind: 'all' }],
  ['one type', { types: ['lobby'] }, { kind: 'selector', selector: 'type=lobby' }],
  [
    'types, statuses and a selector',
    { types: ['lobby', 'arena'], statuses: ['active', 'draining'], selector: 'env=prod ' },
    { kind: 'selector', selector: 'type in (lobby,arena),status in (active,draining),env=prod' },
  ],
  ['a text is no selector', { text: 'lobby' }, { kind: 'nodes', nodeIds: ['lobby-1', 'lobby-2'] }],
  ['nor is a type that a selector cannot hold', { types: ['a,b'] }, { kind: 'nodes', nodeIds: [] }],
])('the filter of the table: %s', (_what, part, target) => {
  const filter = { ...NO_FILTER, ...part };
  const shown = filterNodes(fleet, filter).nodes.map(({ id }) => id);
  expect(targetOfFilter(filter, shown)).toEqual(target);
  // Both ways of saying it choose the same nodes.
  expect(nodesOfTarget(fleet, targetOfFilter(filter, shown)).nodes.map(({ id }) => id)).toEqual(shown);
});

test('a selector that cannot be read chooses nothing and says why; an empty one chooses nothing', () => {
  expect(nodesOfTarget(fleet, { kind: 'selector', selector: 'env' })).toMatchObject({
    nodes: [],
    problem: expect.stringContaining("'env' is not a requirement"),
  });
  expect(nodesOfTarget(fleet, { kind: 'selector', selector: ' ' })).toEqual({ nodes: [], problem: null });
});

test('goes into the request and comes back out of it', () => {
  for (const target of [
    { kind: 'all' },
    { kind: 'selector', selector: 'type=lobby' },
    { kind: 'nodes', nodeIds: ['lobby-1'] },
  ] as const)
    expect(targetOfSpec({ command: { kind: 'restart' }, ...targetInSpec(target) })).toEqual(target);
});
