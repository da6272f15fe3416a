/** Filters of the table, and how they stand in the URL. */
import { expect, test } from 'vitest';
import { filterIn, filterNodes, withFilter } from './node-filter.ts';
import { nodeFixture } from './node-fixture.ts';
import { orderIn, orderText, sortNodes } from './node-order.ts';

const nodes = [
  nodeFixture('a', { type: 'edge', name: 'Berta', labels: { env: 'prod' }, ip: '10.9.9.9' }),
  nodeFixture('b', { status: 'draining', labels: { env: 'test' } }),
  nodeFixture('c', {
    status: 'offline',
    type: 'edge',
    load: { sessions: null, cpuPercent: null, memoryBytes: null, problem: null },
  }),
  nodeFixture('d', { load: { sessions: 50, cpuPercent: 1, memoryBytes: 1, problem: null } }),
];

test.each([
  ['', 'abcd'],
  ['type=edge', 'ac'],
  ['type=edge,lobby&status=offline,draining', 'bc'],
  ['status=weather', 'abcd'],
  ['selector=env%3Dprod', 'a'],
  ['selector=env!%3Dprod,status%3Dactive', 'd'],
  ['q=%20BERT%20', 'a'],
  ['q=10.9.9', 'a'],
  ['q=env%3Dte', 'b'],
  ['q=nothing', ''],
  ['type=edge&q=berta&sort=-id', 'a'],
])('?%s', (search, expected) => {
  const filtered = filterNodes(nodes, filterIn(new URLSearchParams(search)));
  expect(filtered.nodes.map(({ id }) => id).join('')).toBe(expected);
  expect(filtered.selectorProblem).toBeNull();
});

test('a selector that cannot be read hides nothing, and says why', () => {
  const filtered = filterNodes(nodes, filterIn(new URLSearchParams('selector=env')));
  expect(filtered.nodes).toHaveLength(4);
  expect(filtered.selectorProblem).toContain("'env' is not a requirement");
});

test.each(['', 'q=a+b&type=edge%2Clobby&status=drained&selector=env+in+%28a%2Cb%29', 'sort=-cpu&q=x'])(
  'the URL %s stays what it is when its own filter is written into it',
  (search) => {
    const params = new URLSearchParams(search);
    const written = withFilter(params, filterIn(params));
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(params));
  },
);

test.each([
  [null, 'id', 'abcd'],
  ['-id', '-id', 'dcba'],
  ['weather', 'id', 'abcd'],
  ['sessions', 'sessions', 'cabd'],
  ['-sessions', '-sessions', 'dabc'],
  ['status', 'status', 'adbc'],
  ['name', 'name', 'abcd'],
] as const)('sort=%s', (text, written, expected) => {
  const order = orderIn(text);
  expect(orderText(order)).toBe(written);
  expect(
    sortNodes(nodes, order)
      .map(({ id }) => id)
      .join(''),
  ).toBe(expected);
});
