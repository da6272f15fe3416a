/** Groups of the map. */
import { expect, test } from 'vitest';
import { groupingIn, groupNodes, labelKeys } from './group-nodes.ts';
import { nodeFixture } from './node-fixture.ts';

const nodes = [
  nodeFixture('a', { type: 'edge', region: 'us', labels: { env: 'prod', rack: '10' } }),
  nodeFixture('b', { region: null, labels: { env: 'test', rack: '9' } }),
  nodeFixture('c', { labels: { env: 'prod' } }),
  nodeFixture('d', { zone: null }),
];

test.each([
  ['none', 'null: abcd'],
  ['type', 'edge: a, lobby: bcd'],
  ['region', 'eu-west: cd, us: a, null: b'],
  ['zone', 'a: abc, null: d'],
  ['label:env', 'prod: ac, test: b, null: d'],
  ['label:rack', '9: b, 10: a, null: cd'],
  ['label:constructor', 'null: abcd'],
] as const)('by %s', (grouping, expected) => {
  const groups = groupNodes(nodes, grouping);
  expect(groups.map(({ name, nodes: of }) => `${name}: ${of.map(({ id }) => id).join('')}`).join(', ')).toBe(expected);
});

test('the labels of the most nodes come first', () => {
  expect(labelKeys(nodes)).toEqual(['env', 'rack']);
});

test.each([
  ['type', 'type'],
  ['label:env', 'label:env'],
  ['label:', null],
  ['weather', null],
  [null, null],
])('%s in the URL', (text, expected) => {
  expect(groupingIn(text)).toBe(expected);
});
