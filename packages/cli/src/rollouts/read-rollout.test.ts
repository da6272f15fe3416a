/** What is read of a rollout, over a real socket: everything that can have changed, and not two thousand nodes twice a second. */
import { createServer, type Server } from 'node:http';
import { createClient } from '@sluice/client';
import type { RolloutNodeStatus } from '@sluice/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { readRollout, readRolloutNodes } from './read-rollout.ts';
import { viewOf, type RolloutShape } from './rollout-fixture.ts';
import type { RolloutView } from './rollout-view.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server whose rollout is what `view` gives, and the ranges of nodes that were asked for. */
async function serving(view: () => RolloutView) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const { rollout, nodes, operations } = view();
    const answer = () => {
      if (pathname.endsWith('/operations')) return { items: [...operations.values()], nextCursor: null };
      if (!pathname.endsWith('/nodes')) return rollout;
      const after = Number(searchParams.get('after') ?? 0);
      const limit = Number(searchParams.get('limit') ?? 1000);
      asked.push(`${after + 1}-${after + limit}`);
      const matching = [...nodes.values()].filter(
        ({ position, status }) =>
          position > after && (searchParams.get('status') ?? status).split(',').includes(status),
      );
      const items = matching.slice(0, limit);
      return { items, nextAfter: matching.length > limit ? (items.at(-1)?.position ?? null) : null };
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on a port');
  return { client: createClient({ url: `http://127.0.0.1:${address.port}` }), asked };
}

/** The first ones done, then some under way, the rest pending. */
const shape = (done: number, underWay: number, nodes = 2000): RolloutShape => ({
  nodes,
  batchSize: 40,
  statusOf: (position): RolloutNodeStatus =>
    position <= done ? 'succeeded' : position <= done + underWay ? 'draining' : 'pending',
});

const read = async (client: Parameters<typeof readRollout>[0], before: RolloutView | null) => {
  const answer = await readRollout(client, 'ro_01jd2x8q', before);
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value;
};

describe('the nodes that are read', () => {
  test('at first only batches in which not all are alike; then those that have changed', async () => {
    let view = viewOf(shape(810, 40));
    const { client, asked } = await serving(() => view);
    const first = await read(client, null);
    expect(asked.splice(0)).toEqual(['801-880']);
    expect([...first.nodes.keys()].length).toBe(80);
    expect(first.operations.size).toBe(40);

    // The counts of the 21st and 22nd batch are others now; so is the 23rd, which nobody had read.
    view = viewOf(shape(850, 40));
    const second = await read(client, first);
    expect(asked.splice(0)).toEqual(['801-920']);
    expect(second.nodes.get(820)?.status).toBe('succeeded');
    expect(second.nodes.get(885)?.status).toBe('draining');

    // What is under way may be at its next step without another count.
    await read(client, second);
    expect(asked.splice(0)).toEqual(['841-920']);

    view = viewOf(shape(2000, 0));
    const last = await read(client, second);
    expect([...last.nodes.values()].every(({ status }) => status === 'succeeded')).toBe(true);
    asked.splice(0);
    await read(client, last);
    expect(asked).toEqual([]);
  });

  test('a failed node is read, since its reason is told', async () => {
    const { client, asked } = await serving(() =>
      viewOf({ nodes: 3, batchSize: 1, statusOf: (position) => (position === 2 ? 'failed' : 'pending') }),
    );
    expect((await read(client, null)).nodes.get(2)?.detail).toContain('did not become healthy');
    expect(asked).toEqual(['2-2']);
  });

  test('more than one page of them', async () => {
    const { client, asked } = await serving(() => viewOf({ ...shape(0, 2500, 2500) }));
    expect((await read(client, null)).nodes.size).toBe(2500);
    expect(asked).toEqual(['1-1000', '1001-2000', '2001-2500']);
  });

  test('all with a status, page after page', async () => {
    const { client } = await serving(() => viewOf(shape(2300, 10, 2400)));
    const answer = await readRolloutNodes(client, 'ro_01jd2x8q', 'succeeded');
    expect(answer.ok && answer.value.items.length).toBe(2300);
  });

  test('a problem is the answer', async () => {
    const { client } = await serving(() => viewOf(shape(1, 1, 3)));
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    expect(await readRollout(client, 'ro_01jd2x8q', null)).toMatchObject({
      ok: false,
      problem: { code: 'unreachable' },
    });
  });
});
