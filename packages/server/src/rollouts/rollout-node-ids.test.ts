/** Which nodes rollouts have, and how little is read to know it. */
import { expect, test } from 'vitest';
import type { RolloutStore } from '../store/rollout-store.ts';
import { type Looked, RolloutNodeIds } from './rollout-node-ids.ts';

/** A store of ended rollouts of so many nodes each. */
function storeOf(nodes: number): Pick<RolloutStore, 'nodes'> {
  return {
    nodes: (rolloutId, { after = 0, limit }) =>
      Promise.resolve(
        Array.from({ length: Math.min(limit, nodes - after) }, (_none, index) => {
          const position = after + index + 1;
          return { position, nodeId: `${rolloutId}-${position}`, status: 'succeeded', body: {} };
        }),
      ),
  };
}

const NOTHING_LIVE = { node: () => undefined, rollouts: { get: () => undefined } };

async function all(ids: RolloutNodeIds, id: string, looked: Looked, revision = 7): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const part of ids.of({ id, revision }, looked)) found.push(...part);
  return found;
}

test('all of them are given, in their order, and read from the store once', async () => {
  const ids = new RolloutNodeIds(storeOf(5300), NOTHING_LIVE);
  const first = { ids: 0, rows: 0 };
  const second = { ids: 0, rows: 0 };
  const found = await all(ids, 'ro_1', first);
  expect(found).toEqual(Array.from({ length: 5300 }, (_none, index) => `ro_1-${index + 1}`));
  expect(first).toEqual({ ids: 5300, rows: 5300 });
  expect(await all(ids, 'ro_1', second)).toEqual(found);
  expect(second).toEqual({ ids: 5300, rows: 0 });
});

test('who goes away after the first ones has few of them read, and what was read is kept', async () => {
  const ids = new RolloutNodeIds(storeOf(50_000), NOTHING_LIVE);
  const looked = { ids: 0, rows: 0 };
  for (let times = 0; times < 3; times += 1)
    for await (const part of ids.of({ id: 'ro_1', revision: 7 }, looked)) if (part.length > 0) break;
  expect(looked).toEqual({ ids: 300, rows: 100 });
});

test('after a retry, which may have taken others in, they are read anew', async () => {
  const ids = new RolloutNodeIds(storeOf(10), NOTHING_LIVE);
  const looked = { ids: 0, rows: 0 };
  await all(ids, 'ro_1', looked);
  await all(ids, 'ro_1', looked, 8);
  expect(looked.rows).toBe(20);
});

test('no more of them are kept than there is room for: those that were asked for last', async () => {
  const ids = new RolloutNodeIds(storeOf(40), NOTHING_LIVE, { keptMax: 100 });
  const looked = { ids: 0, rows: 0 };
  for (const id of ['ro_1', 'ro_2', 'ro_1', 'ro_3', 'ro_1']) await all(ids, id, looked);
  expect(looked.rows).toBe(120);
  await all(ids, 'ro_2', looked);
  expect(looked.rows).toBe(160);
});

test('those of one that goes on are as memory has them', async () => {
  const live = { header: { revision: 3 }, nodes: [{ nodeId: 'a' }] };
  const ids = new RolloutNodeIds(storeOf(40), {
    node: () => undefined,
    rollouts: { get: () => live },
  });
  const looked = { ids: 0, rows: 0 };
  expect(await all(ids, 'ro_1', looked)).toEqual(['a']);
  expect(looked).toEqual({ ids: 1, rows: 0 });
});
