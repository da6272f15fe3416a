/** The client over real sockets: how requests are written, how answers of every kind come back, what is tried again. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemDocument, type Node, type Operation } from '@sluice/contract';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { Answer } from './answer.ts';
import { createClient, type Client } from './client.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(answer: (response: ServerResponse, seen: Seen, count: number) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body });
      answer(response, { method, url, headers, body }, seen.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on a port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('requests', () => {
  test('an id arrives as it was given, whatever it holds', async () => {
    const { url, seen } = await listen((response) => json(response, 200, { meta: null }));
    for (const id of ['a/b', '节点-1', 'a b?c#d%', 'x:y.z_']) await createClient({ url }).getMetadata({ id });
    expect(seen.map((one) => decodeURIComponent(one.url?.split('/')[4] ?? ''))).toEqual([
      'a/b',
      '节点-1',
      'a b?c#d%',
      'x:y.z_',
    ]);
  });

  test.each(['', '.', '..', '\ud800'])('the id %j is refused before anything is sent', async (id) => {
    const { url, seen } = await listen((response) => json(response, 200, {}));
    const answer = await createClient({ url }).drainNode({ id });
    expect(answer).toMatchObject({ ok: false, problem: { code: 'unaddressable-id' } });
    expect(seen).toEqual([]);
  });

  test('method, path, query, body, token and If-Match are written as the contract says', async () => {
    const { url, seen } = await listen((response) => json(response, 200, { items: [], meta: 1 }));
    const client = createClient({ url: `${url}/behind/a/proxy/`, token: 'secret' });
    await client.listNodes({ query: { type: ['a', 'b'], status: 'active' } });
    await client.drainNode({ id: 'n', body: { timeout: 60 } });
    await client.replaceMetadata({ id: 'n', body: { meta: { a: 1 } }, ifMatch: '"7"' });
    await client.restartNode({ id: 'n' });
    expect(seen.map((one) => [one.method, one.url, one.body])).toEqual([
      ['GET', '/behind/a/proxy/api/v1/nodes?type=a&type=b&status=active', ''],
      ['POST', '/behind/a/proxy/api/v1/nodes/n/drain', '{"timeout":60}'],
      ['PUT', '/behind/a/proxy/api/v1/nodes/n/meta', '{"meta":{"a":1}}'],
      ['POST', '/behind/a/proxy/api/v1/nodes/n/restart', '{}'],
    ]);
    expect(seen.map((one) => one.headers.authorization)).toEqual(Array(4).fill('Bearer secret'));
    expect(seen[2]?.headers['if-match']).toBe('"7"');
  });

  test('an address that is not HTTP is refused at once', () => {
    expect(() => createClient({ url: 'ftp://somewhere' })).toThrow('ftp:');
  });
});

describe('answers', () => {
  test('a value comes with its ETag, and with `previous` an unchanged one comes back', async () => {
    const { url, seen } = await listen((response, { headers }) =>
      headers['if-none-match'] === '"1"'
        ? response.writeHead(304).end()
        : json(response, 200, { items: [] }, { etag: '"1"' }),
    );
    const client = createClient({ url });
    const first = await client.listNodes();
    if (!first.ok) throw new Error(first.problem.detail);
    expect(first).toEqual({ ok: true, value: { items: [] }, text: '{"items":[]}', etag: '"1"', isUnchanged: false });
    expect(await client.listNodes({ previous: first })).toEqual({ ...first, isUnchanged: true });
    expect(seen).toHaveLength(2);
  });

  test('a problem document is a problem, also one with a code of a later version', async () => {
    const { url } = await listen((response, _seen, count) =>
      count === 1
        ? json(response, 404, problemDocument({ code: 'node-not-found', detail: 'No node n.', field: 'id' }, 'req-1'))
        : json(response, 418, { code: 'of-tomorrow', detail: 'New.' }),
    );
    const client = createClient({ url });
    expect(await client.getNode({ id: 'n' })).toMatchObject({
      ok: false,
      problem: { code: 'node-not-found', status: 404, detail: 'No node n.', field: 'id', requestId: 'req-1' },
    });
    expect(await client.getNode({ id: 'n' })).toMatchObject({
      ok: false,
      problem: { code: 'of-tomorrow', status: 418, requestId: null },
    });
  });

  test.each([
    ['a page', 200, '<html>'],
    ['a list', 200, '[]'],
    ['a proxy’s error', 502, 'Bad Gateway'],
    ['an error in a format of its own', 500, '{"error":"x"}'],
  ])('%s is not from Sluice, and said so', async (_name, status, text) => {
    const { url } = await listen((response) => response.writeHead(status).end(text));
    expect(await createClient({ url }).listNodes()).toMatchObject({
      ok: false,
      problem: { code: 'not-a-sluice-answer', status },
    });
  });

  test('a redirect is not followed but told', async () => {
    const { url, seen } = await listen((response) =>
      response.writeHead(301, { location: 'https://new.example/' }).end(),
    );
    const answer = await createClient({ url, token: 'secret' }).drainNode({ id: 'n' });
    expect(answer).toMatchObject({
      ok: false,
      problem: { code: 'not-a-sluice-answer', detail: `${url} redirects to https://new.example/.` },
    });
    expect(seen).toHaveLength(1);
  });

  test('the types are those of the contract', () => {
    expectTypeOf<Awaited<ReturnType<Client['drainNode']>>>().toExtend<Answer<Operation>>();
    expectTypeOf<Awaited<ReturnType<Client['getNode']>>>().toExtend<Answer<unknown>>();
    expectTypeOf<Parameters<Client['drainNode']>[0]['id']>().toEqualTypeOf<string>();
    // @ts-expect-error -- the body of a metadata change is not optional
    expectTypeOf<Parameters<Client['replaceMetadata']>[0]>().toExtend<{ id: string; body?: undefined }>();
    expectTypeOf<Node['status']>().toEqualTypeOf<
      'active' | 'draining' | 'drained' | 'restarting' | 'unhealthy' | 'offline'
    >();
  });
});

describe('output', () => {
  test('it is text, whatever it says; something else is not from Sluice', async () => {
    const { url } = await listen((response, _seen, count) =>
      response.writeHead(200, { 'content-type': count === 1 ? 'text/plain; charset=utf-8' : 'text/html' }).end('{"a"'),
    );
    const client = createClient({ url });
    expect(await client.operationOutput({ id: 'op_1' })).toMatchObject({ ok: true, value: '{"a"' });
    expect(await client.operationOutput({ id: 'op_1' })).toMatchObject({
      ok: false,
      problem: { code: 'not-a-sluice-answer' },
    });
  });
});

describe('trouble', () => {
  test('a server without TLS that is addressed with it is said in words', async () => {
    const plain = createServer();
    const port = await new Promise<number>((resolve) => {
      plain.listen(0, '127.0.0.1', () => {
        const address = plain.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      expect(await createClient({ url: `https://127.0.0.1:${port}` }).listNodes()).toMatchObject({
        ok: false,
        problem: { code: 'unreachable', detail: expect.stringContaining('it does not speak TLS') },
      });
    } finally {
      await new Promise((resolve) => plain.close(resolve));
    }
  });

  test('nothing listens there: a GET and a POST both say so', async () => {
    const { url } = await listen(() => undefined);
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    const client = createClient({ url });
    for (const answer of [await client.listNodes(), await client.undrainNode({ id: 'n' })]) {
      expect(answer).toMatchObject({
        ok: false,
        problem: {
          code: 'unreachable',
          status: null,
          detail: `Cannot reach the server at ${url}: nothing listens there.`,
        },
      });
    }
  });

  test('a GET is tried again after a broken connection, a POST without a key never', async () => {
    const { url, seen } = await listen((response, one, count) =>
      count === 1 || one.method === 'POST' ? response.destroy() : json(response, 200, { items: [] }),
    );
    const client = createClient({ url, newIdempotencyKey: null });
    expect(await client.listNodes()).toMatchObject({ ok: true });
    expect(await client.drainNode({ id: 'n' })).toMatchObject({ ok: false, problem: { code: 'unreachable' } });
    expect(seen.map((one) => one.method)).toEqual(['GET', 'GET', 'POST']);
  });

  test('a POST with a key is tried again with the same key, also while the server is not there for a while', async () => {
    const { url, seen } = await listen((response, _one, count) =>
      count < 3 ? response.destroy() : json(response, 200, { id: 'op_1' }),
    );
    let keys = 0;
    const client = createClient({ url, newIdempotencyKey: () => `key-${(keys += 1)}` });
    expect(await client.drainNode({ id: 'n', body: { timeout: 5 } })).toMatchObject({ ok: true });
    expect(await client.restartNode({ id: 'n', idempotencyKey: 'mine' })).toMatchObject({ ok: true });
    expect(await client.replaceMetadata({ id: 'n', body: { meta: 1 } })).toMatchObject({ ok: true });
    expect(seen.map(({ method, headers, body }) => [method, headers['idempotency-key'], body])).toEqual([
      ['POST', 'key-1', '{"timeout":5}'],
      ['POST', 'key-1', '{"timeout":5}'],
      ['POST', 'key-1', '{"timeout":5}'],
      ['POST', 'mine', '{}'],
      ['PUT', undefined, '{"meta":1}'],
    ]);
  });

  test('by itself each POST has a key of its own', async () => {
    const { url, seen } = await listen((response, _one, count) =>
      count === 1 ? response.destroy() : json(response, 200, { id: 'op_1' }),
    );
    const client = createClient({ url });
    expect(await client.drainNode({ id: 'n' })).toMatchObject({ ok: true });
    expect(await client.drainNode({ id: 'n' })).toMatchObject({ ok: true });
    const [first, again, other] = seen.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[\da-f]{32}$/u);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('no answer in time, and a call ended by its caller', async () => {
    const { url } = await listen(() => undefined);
    const client = createClient({ url, timeoutMs: 50 });
    expect(await client.drainNode({ id: 'n' })).toMatchObject({ ok: false, problem: { code: 'no-answer-in-time' } });
    expect(await client.drainNode({ id: 'n', signal: AbortSignal.abort() })).toMatchObject({
      ok: false,
      problem: { code: 'aborted' },
    });
  });
});
