/** Looking back over a real socket: every event once, newest first, for those for whom it exists; and the load of the last hour. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { ADMIN_TOKEN, type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1', { labels: { team: 'red' }, sessions: 7 });
  await server.addNode('n2', { labels: { team: 'blue' } });
  for (const node of ['n1', 'n2']) await server.ask('POST', `/api/v1/nodes/${node}/drain`);
});
afterAll(() => server.stop());

interface Told {
  readonly sequence: number;
  readonly nodeId: string | null;
  readonly kind: string;
}

function itemsOf(answer: Answer): readonly Told[] {
  expect(answer).toMatchObject({ status: 200, json: { items: expect.any(Array) } });
  const { items }: { readonly items: readonly Told[] } = JSON.parse(answer.text);
  return items;
}

const history = (query = '', token?: string) =>
  server.ask('GET', `/api/v1/history${query}`, token === undefined ? {} : { token });

async function firstStreamed(target: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const { body } = await fetch(new URL(target, server.url), { headers, signal: AbortSignal.timeout(15_000) });
  if (body === null) throw new Error('the stream is empty');
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const data = /^event: (?!ready).*\ndata: (.*)$/mu.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`the stream ended: ${text}`);
}

async function tokenWith(body: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const { json } = await server.ask('POST', '/api/v1/tokens', { body: JSON.stringify(body), headers });
  return typeof json === 'object' && json !== null && 'secret' in json ? String(json.secret) : '';
}

describe('the history', () => {
  test('has what the stream tells, newest first', async () => {
    const items = itemsOf(await history('?limit=500'));
    expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_, index) => items.length - index));
    const placed = items.find(({ kind, nodeId }) => kind === 'HoldPlaced' && nodeId === 'n1');
    expect(await firstStreamed('/api/v1/events?after=0&kind=HoldPlaced&node=n1')).toEqual(placed);
    expect(placed).toMatchObject({ actor: { name: 'admin' }, at: expect.stringMatching(/Z$/u) });
  });

  test('in pages has every event once', async () => {
    const found: number[] = [];
    for (let cursor: string | null = ''; cursor !== null && found.length < 100;) {
      const answer = await history(`?limit=3&cursor=${cursor}`);
      found.push(...itemsOf(answer).map(({ sequence }) => sequence));
      cursor = /"nextCursor":"(\d+)"\}$/u.exec(answer.text)?.[1] ?? null;
    }
    expect(found).toEqual(itemsOf(await history('?limit=500')).map(({ sequence }) => sequence));
  });

  test.each([
    ['?node=n1', (event: Told) => event.nodeId === 'n1'],
    ['?kind=HoldPlaced,AvailabilityWished', ({ kind }: Told) => ['HoldPlaced', 'AvailabilityWished'].includes(kind)],
    ['?node=n2&kind=HoldPlaced', ({ kind, nodeId }: Told) => kind === 'HoldPlaced' && nodeId === 'n2'],
    ['?since=2999-01-01T00:00:00Z', () => false],
    ['?since=1999-01-01T00:00:00Z&node=&kind=&limit=&cursor=', () => true],
  ])('%s', async (query, isWanted) => {
    const all = itemsOf(await history('?limit=500')).filter(isWanted);
    expect(itemsOf(await history(query))).toEqual(all);
  });

  test('tells of tokens only those who may make them', async () => {
    const viewer = await tokenWith({ name: 'eyes', role: 'viewer' });
    expect(itemsOf(await history('?kind=TokenCreated')).length).toBeGreaterThan(0);
    expect(itemsOf(await history('?kind=TokenCreated', viewer))).toEqual([]);
  });

  test('has only what belongs to the nodes of a token with a selector', async () => {
    const red = await tokenWith({ name: 'red', role: 'admin', selector: 'team=red' });
    const items = itemsOf(await history('', red));
    expect(new Set(items.map(({ nodeId }) => nodeId))).toEqual(new Set(['n1']));
    expect(itemsOf(await history('?node=n2', red))).toEqual([]);
  });

  test.each(['?limit=0', '?limit=501', '?limit=a', '?since=yesterday', '?cursor=x'])('%s is refused', async (query) => {
    expect(await history(query)).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
  });
});

describe('the load of the last hour', () => {
  const load = async (id: string) => (await server.ask('GET', `/api/v1/nodes/${id}/load`)).json;
  const sessionsOf = (json: unknown): readonly unknown[] =>
    typeof json === 'object' && json !== null && 'sessions' in json && Array.isArray(json.sessions)
      ? json.sessions
      : [];

  test('has sixty minutes, the newest at the end', async () => {
    const json = await load('n1');
    expect(json).toMatchObject({ stepMs: 60_000, since: expect.stringMatching(/:00\.000Z$/u) });
    expect(sessionsOf(json)).toHaveLength(60);
    expect(sessionsOf(json).at(-1)).toBe(7);
    expect(sessionsOf(json)[0]).toBeNull();
  });

  test('follows what the agent measures', async () => {
    const measured = { sessions: 3, cpuPercent: 50.5, memoryBytes: 2 ** 30, problem: null };
    server.say('n1', { kind: 'heartbeat', load: measured });
    const json = await waitFor('the load to be there', async () => {
      const now = await load('n1');
      return sessionsOf(now).at(-1) === 3 && now;
    });
    expect(json).toMatchObject({
      cpuPercent: expect.arrayContaining([50.5]),
      memoryBytes: expect.arrayContaining([2 ** 30]),
    });
  });

  test('is that of a node', async () => {
    expect(await load('nobody')).toMatchObject({ code: 'node-not-found' });
  });
});
