/** The list of nodes: filters, orders, pages, and answers that say 'unchanged'. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('b', {
    type: 'edge',
    name: 'Berta',
    region: 'eu',
    labels: { env: 'prod', game: 'chess' },
    sessions: 5,
  });
  await server.addNode('a', { type: 'edge', name: 'zoë', region: 'us', labels: { env: 'test' }, sessions: 0 });
  await server.addNode('c', {
    type: 'lobby',
    name: 'Anna',
    region: 'eu',
    labels: { env: 'prod', game: 'go' },
    sessions: 40,
  });
  await server.addNode('中', { type: 'lobby', name: '大厅', region: 'cn', sessions: 40 });
  await server.ask('POST', '/api/v1/nodes/c/drain');
});
afterAll(() => server.stop());

function ids(answer: Answer): string {
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'private, no-cache' },
  });
  return [...answer.text.matchAll(/\{"id":"([^"]+)","name":/gu)].map(([, id]) => id).join(' ');
}

describe('filters', () => {
  test.each([
    ['', 'a b c 中'],
    ['?type=edge', 'a b'],
    ['?type=edge,lobby', 'a b c 中'],
    ['?type=edge&type=lobby&status=draining', 'c'],
    ['?type=%20lobby%20,,', 'c 中'],
    ['?type=,', 'a b c 中'],
    ['?type=Edge', ''],
    ['?status=draining', 'c'],
    ['?status=active,draining', 'a b c 中'],
    ['?status=broken', ''],
    ['?selector=', 'a b c 中'],
    ['?selector=%20', 'a b c 中'],
    ['?selector=env%3Dprod', 'b c'],
    ['?selector=env%3Dprod%2Cgame!%3Dgo', 'b'],
    ['?selector=env%3Dprod&selector=&selector=game%3Dgo', 'c'],
    ['?selector=env%20in%20(prod%2Ctest)', 'a b c'],
    ['?selector=region%3Deu%2Cstatus%3Dactive', 'b'],
    ['?selector=env!%3Dprod', 'a 中'],
    ['?q=BER', 'b'],
    ['?q=大厅', '中'],
    ['?q=game%3Dch', 'b'],
    ['?q=', 'a b c 中'],
    ['?q=nothing-like-it', ''],
    ['?type=edge&status=&selector=env%3Dprod&q=b', 'b'],
    ['?unknown=1&__proto__=2&constructor=3', 'a b c 中'],
  ])('%s', async (query, expected) => {
    expect(ids(await server.ask('GET', `/api/v1/nodes${encodeURI(query).replaceAll('%25', '%')}`))).toBe(expected);
  });
});

describe('orders', () => {
  test.each([
    ['id', 'a b c 中'],
    ['-id', '中 c b a'],
    ['name', 'c b a 中'],
    ['-type', 'c 中 a b'],
    ['status', 'a b 中 c'],
    ['sessions', 'a b c 中'],
    ['-sessions', 'c 中 b a'],
    ['updatedAt', 'b a 中 c'],
  ])('sort=%s', async (sort, expected) => {
    expect(ids(await server.ask('GET', `/api/v1/nodes?sort=${sort}`))).toBe(expected);
  });
});

describe('pages', () => {
  async function pages(
    query: string,
    afterFirst: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<readonly string[]> {
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null && found.length < 10;) {
      const answer = await server.ask('GET', `/api/v1/nodes?${query}&cursor=${cursor}`);
      found.push(ids(answer));
      cursor = /"nextCursor":"([^"]+)"\}$/u.exec(answer.text)?.[1] ?? null;
      if (found.length === 1) await afterFirst();
      if (cursor === null) expect(answer.text).toMatch(/"nextCursor":null\}$/u);
    }
    return found;
  }

  test.each([
    ['limit=3', ['a b c', '中']],
    ['limit=2', ['a b', 'c 中']],
    ['limit=4', ['a b c 中']],
    ['limit=1&sort=-sessions', ['c', '中', 'b', 'a']],
    ['limit=2&sort=-type', ['c 中', 'a b']],
    ['limit=1&type=edge', ['a', 'b']],
    ['limit=1&type=none', ['']],
  ])('%s', async (query, expected) => {
    expect(await pages(query)).toEqual(expected);
  });

  test('a list without a limit is whole, and has no cursor', async () => {
    expect((await server.ask('GET', '/api/v1/nodes')).text).not.toContain('nextCursor');
  });

  test('a page goes on where the one before ended, also when its last node is gone', async () => {
    await server.addNode('aa');
    await server.dropAgent('aa');
    const forget = async () =>
      expect(await server.ask('DELETE', '/api/v1/nodes/aa')).toMatchObject({ status: 200, json: { id: 'aa' } });
    expect(await pages('limit=2', forget)).toEqual(['a aa', 'b c', '中']);
  });
});

describe('unchanged lists', () => {
  test('answer 304 to those who have them, until a node changes', async () => {
    const first = await server.ask('GET', '/api/v1/nodes');
    const etag = String(first.headers['etag']);
    expect(etag).toMatch(/^W\/"[\w-]+"$/u);
    for (const known of [etag, `"other", ${etag}`, '*', etag.replace('W/', '')]) {
      const again = await server.ask('GET', '/api/v1/nodes', { headers: { 'if-none-match': known } });
      expect(again).toMatchObject({ status: 304, text: '', headers: { etag } });
    }
    expect(await server.ask('GET', '/api/v1/nodes', { headers: { 'if-none-match': '"other"' } })).toMatchObject({
      status: 200,
    });
    await server.ask('POST', '/api/v1/nodes/b/drain', {
      headers: { 'content-type': 'application/json' },
      body: '{"reason":"new"}',
    });
    const changed = await server.ask('GET', '/api/v1/nodes', { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.text).toContain('"reason":"new"');
  });

  test('HEAD answers like GET, without the body', async () => {
    const get = await server.ask('GET', '/api/v1/nodes');
    const head = await server.ask('HEAD', '/api/v1/nodes');
    expect(head).toMatchObject({
      status: 200,
      text: '',
      headers: { etag: get.headers['etag'], 'content-type': get.headers['content-type'] },
    });
  });
});

describe('what has changed', () => {
  const since = (etag: unknown) => `/api/v1/nodes?changedSince=${encodeURIComponent(String(etag))}`;

  test('only the nodes that changed after the list of the ETag', async () => {
    const whole = await server.ask('GET', '/api/v1/nodes');
    const nothing = await server.ask('GET', since(whole.headers['etag']));
    expect(nothing.json).toEqual({ items: [], changesOnly: true });
    await server.ask('POST', '/api/v1/nodes/a/drain');
    const changes = await server.ask('GET', since(nothing.headers['etag']));
    expect(changes.json).toMatchObject({ items: [{ id: 'a', status: 'draining' }], changesOnly: true });
    expect((await server.ask('GET', since(changes.headers['etag']))).json).toEqual({ items: [], changesOnly: true });
  });

  test.each(['W/"AAAAAAAA-1"', '"other"', '1'])(
    'the whole list after %s, which is no list of this server',
    async (etag) => {
      const answer = await server.ask('GET', since(etag));
      expect(ids(answer)).toBe('a b c 中');
      expect(answer.json).not.toHaveProperty('changesOnly');
    },
  );

  test('the whole list where it is filtered: a node may have left what is asked for', async () => {
    const { headers } = await server.ask('GET', '/api/v1/nodes');
    const answer = await server.ask('GET', `${since(headers['etag'])}&type=edge`);
    expect(ids(answer)).toBe('a b');
  });

  test('the whole list once a node has left', async () => {
    await server.addNode('gone', { type: 'edge' });
    const { headers } = await server.ask('GET', '/api/v1/nodes');
    await server.dropAgent('gone');
    expect(await server.ask('DELETE', '/api/v1/nodes/gone')).toMatchObject({ status: 200 });
    const answer = await server.ask('GET', since(headers['etag']));
    expect(ids(answer)).toBe('a b c 中');
    const later = await server.ask('GET', since(answer.headers['etag']));
    expect(later.json).toEqual({ items: [], changesOnly: true });
  });
});

test('one node, and why it is as it is', async () => {
  expect(await server.ask('GET', '/api/v1/nodes/c')).toMatchObject({
    status: 200,
    json: {
      id: 'c',
      status: 'draining',
      availability: 'drain',
      connected: true,
      drain: { requestedBy: 'admin', deadlineAt: null },
      holds: [{ name: 'operator' }],
      lastSeenAt: expect.any(String),
    },
  });
  expect(await server.ask('GET', '/api/v1/nodes/c/why')).toMatchObject({
    status: 200,
    json: {
      id: 'c',
      status: 'draining',
      summary: expect.stringContaining('draining'),
      causes: expect.arrayContaining([
        {
          code: expect.any(String),
          severity: expect.any(String),
          text: expect.any(String),
          since: expect.stringMatching(/Z$/u),
        },
      ]),
    },
  });
});
