/** Tokens over HTTP: made, listed without their secrets, used, run out, revoked at once. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { StreamReader } from './read-stream.ts';
import { ADMIN_TOKEN, type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1', { labels: { team: 'in' } });
  await server.addNode('n2', { labels: { team: 'out' } });
});
afterAll(() => server.stop());

function post(target: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return server.ask('POST', target, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

async function made(body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const { json, status, text } = await post('/api/v1/tokens', body);
  if (status !== 200 || typeof json !== 'object' || json === null || !('token' in json) || !('secret' in json))
    throw new Error(text);
  const { token, secret } = json;
  if (typeof token !== 'object' || token === null || !('id' in token)) throw new Error(text);
  return { id: String(token.id), secret: String(secret) };
}

describe('a new token', () => {
  test('is random, shown once, and opens what its role may', async () => {
    const one = await made({ name: 'the pipeline', role: 'viewer' });
    const other = await made({ name: 'the pipeline', role: 'viewer' });
    expect(one.secret).toMatch(/^slc_[\w-]{43}$/u);
    expect(other.secret).not.toBe(one.secret);
    expect(await server.ask('GET', '/api/v1/whoami', { token: one.secret })).toMatchObject({
      status: 200,
      json: { tokenId: one.id, name: 'the pipeline', role: 'viewer', selector: null },
    });
    const list = await server.ask('GET', '/api/v1/tokens?all=true');
    expect(list.text).toContain(one.id);
    expect(list.text).not.toContain(one.secret);
    expect(list.text).not.toContain('hash');
  });

  test('ends in 90 days unless it is said otherwise', async () => {
    const day = 86_400_000;
    const { json } = await post('/api/v1/tokens', { name: 'x', role: 'viewer' });
    const { json: forever } = await post('/api/v1/tokens', { name: 'x', role: 'viewer', expiresIn: null });
    expect(forever).toMatchObject({ token: { expiresAt: null } });
    const text = JSON.stringify(json);
    const expiresAt = Date.parse(/"expiresAt":"([^"]+)"/u.exec(text)?.[1] ?? '');
    expect(Math.abs(expiresAt - Date.now() - 90 * day)).toBeLessThan(day);
  });

  test.each([
    [{ role: 'viewer' }, 'name'],
    [{ name: '', role: 'viewer' }, 'name'],
    [{ name: 'x', role: 'root' }, 'role'],
    [{ name: 'x', role: 'viewer', expiresIn: 0 }, 'expiresIn'],
    [{ name: 'x', role: 'viewer', selector: '' }, 'selector'],
    [{ name: 'x', role: 'viewer', selector: 'status=offline' }, 'selector'],
  ])('%j is refused, and makes nothing', async (body, field) => {
    // When a token was last used changes with each of these questions.
    const tokens = async () =>
      (await server.ask('GET', '/api/v1/tokens?all=true')).text.replaceAll(/"lastUsedAt":"[^"]*"/gu, '');
    const before = await tokens();
    expect(await post('/api/v1/tokens', body)).toMatchObject({ status: 400, json: { field } });
    expect(await tokens()).toBe(before);
  });

  test('is made once by a request that comes twice', async () => {
    const key = { 'idempotency-key': 'a-key-of-the-client' };
    const first = await post('/api/v1/tokens', { name: 'once', role: 'viewer' }, key);
    expect(first.status).toBe(200);
    const again = await post('/api/v1/tokens', { name: 'once', role: 'viewer' }, key);
    expect(again).toMatchObject({
      status: 409,
      json: { code: 'token-made-before', detail: expect.stringContaining('tok_') },
    });
  });

  test('is known after a restart, by its hash only', async () => {
    const { secret } = await made({ name: 'lasting', role: 'operator', selector: 'team=in' });
    await server.restart();
    expect(await server.ask('GET', '/api/v1/nodes', { token: secret })).toMatchObject({
      status: 200,
      json: { items: [{ id: 'n1' }] },
    });
    await server.addNode('n1', { labels: { team: 'in' } });
    await server.addNode('n2', { labels: { team: 'out' } });
  });
});

describe('a token that is revoked', () => {
  test('opens nothing from this moment on, and ends its event streams at once, and nobody else’s', async () => {
    const { id, secret } = await made({ name: 'the dashboard', role: 'viewer' });
    const its = await StreamReader.open(server.url, '/api/v1/events', { authorization: `Bearer ${secret}` });
    const other = await StreamReader.open(server.url, '/api/v1/events');
    await its.until('ready', () => its.messages.length > 0);
    await other.until('ready', () => other.messages.length > 0);
    const answer = await server.ask('DELETE', `/api/v1/tokens/${id}`);
    expect(answer).toMatchObject({ status: 200, json: { id, revokedAt: expect.any(String) } });
    expect(await server.ask('GET', '/api/v1/nodes', { token: secret })).toMatchObject({ status: 401 });
    await its.until('the end of its stream', () => its.isEnded);
    expect(other.isEnded).toBe(false);
    other.close();
    // Revoking it again changes nothing, the time neither.
    expect((await server.ask('DELETE', `/api/v1/tokens/${id}`)).json).toEqual(answer.json);
    expect(await server.ask('DELETE', '/api/v1/tokens/tok_unknown')).toMatchObject({
      status: 404,
      json: { code: 'token-not-found' },
    });
  });

  test('does nothing more with a request that was on its way', async () => {
    const { id, secret } = await made({ name: 'slow', role: 'operator' });
    const answer = await new Promise<string>((resolve, reject) => {
      const body = '{"reason":"too late"}';
      const socket = connect(Number(server.url.port), server.url.hostname, () => {
        const head = `POST /api/v1/nodes/n1/drain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${secret}\r\n`;
        socket.write(
          `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
        );
        // The head has been taken when the token's use is noted.
        waitFor(
          'the request to have come',
          async () => (await server.ask('GET', '/api/v1/tokens')).text.match(use) !== null,
        )
          .then(() => server.ask('DELETE', `/api/v1/tokens/${id}`))
          .then(() => socket.write(body.slice(5)))
          .catch(reject);
      });
      const use = new RegExp(`"id":"${id}"[^}]*"lastUsedAt":"`, 'u');
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 401 /u);
    expect((await server.ask('GET', '/api/v1/nodes/n1')).json).toMatchObject({ availability: 'active' });
  });

  test('stays so when the server starts again with it in its configuration', async () => {
    const alone = await ServerUnderTest.start();
    try {
      const { text } = await alone.ask('POST', '/api/v1/tokens', {
        body: JSON.stringify({ name: 'the next', role: 'admin' }),
        headers: { 'content-type': 'application/json' },
      });
      const token = /"secret":"([^"]+)"/u.exec(text)?.[1] ?? '';
      expect(await alone.ask('DELETE', '/api/v1/tokens/admin', { token })).toMatchObject({ status: 200 });
      expect(await alone.ask('DELETE', '/api/v1/join-tokens/join', { token })).toMatchObject({ status: 200 });
      await alone.restart();
      expect(await alone.ask('GET', '/api/v1/nodes')).toMatchObject({ status: 401 });
      expect(await alone.ask('GET', '/api/v1/nodes', { token })).toMatchObject({ status: 200 });
      await expect(alone.addNode('n9')).rejects.toThrow(/4001/u);
    } finally {
      await alone.stop();
    }
  });

  test('may not be the last that may do everything', async () => {
    const answer = await server.ask('DELETE', '/api/v1/tokens/admin');
    expect(answer).toMatchObject({ status: 409, json: { code: 'last-admin-token' } });
    const scoped = await made({ name: 'scoped', role: 'admin', selector: 'team=in' });
    expect(await server.ask('DELETE', '/api/v1/tokens/admin')).toMatchObject({ status: 409 });
    expect(await server.ask('DELETE', `/api/v1/tokens/${scoped.id}`)).toMatchObject({ status: 200 });
    expect(await server.ask('GET', '/api/v1/nodes', { token: ADMIN_TOKEN })).toMatchObject({ status: 200 });
  });
});

test('a token that runs out opens nothing, and its stream ends', async () => {
  const { secret } = await made({ name: 'short', role: 'viewer', expiresIn: 1 });
  const stream = await StreamReader.open(server.url, '/api/v1/events', { authorization: `Bearer ${secret}` });
  await waitFor(
    'the token to run out',
    async () => (await server.ask('GET', '/api/v1/nodes', { token: secret })).status === 401,
  );
  const before = stream.events.length;
  await server.ask('POST', '/api/v1/nodes/n1/drain');
  await stream.until('the end of the stream', () => stream.isEnded);
  expect(stream.events.length).toBe(before);
});

test('when a token was last used is told, and kept', async () => {
  const { id, secret } = await made({ name: 'used', role: 'viewer' });
  const lastUsed = async () => {
    const { json } = await server.ask('GET', '/api/v1/tokens');
    const items: readonly { readonly id: string; readonly lastUsedAt: string | null }[] =
      typeof json === 'object' && json !== null && 'items' in json && Array.isArray(json.items) ? json.items : [];
    return items.find((token) => token.id === id)?.lastUsedAt;
  };
  expect(await lastUsed()).toBeNull();
  await server.ask('GET', '/api/v1/nodes', { token: secret });
  const at = await lastUsed();
  expect(at).toEqual(expect.any(String));
  await server.restart();
  expect(await lastUsed()).toBe(at);
});

describe('events', () => {
  test('of access are told to admins of the whole fleet only; of nodes to those for whom they exist', async () => {
    const readers = await Promise.all(
      (
        [
          [{ name: 'a', role: 'admin' }, 'all'],
          [{ name: 'b', role: 'admin', selector: 'team=in' }, 'its nodes'],
          [{ name: 'c', role: 'operator' }, 'all but access'],
        ] as const
      ).map(async ([body, sees]) => {
        const { secret } = await made(body);
        const stream = await StreamReader.open(server.url, '/api/v1/events', { authorization: `Bearer ${secret}` });
        await stream.until('ready', () => stream.messages.length > 0);
        return { stream, sees };
      }),
    );
    await server.addNode('n1', { labels: { team: 'in' } });
    await made({ name: 'noticed', role: 'viewer' });
    await server.ask('POST', '/api/v1/nodes/n2/drain');
    await server.ask('POST', '/api/v1/nodes/n1/drain');
    for (const { stream, sees } of readers) {
      await stream.until('the drain of n1', () =>
        stream.events.some(({ event, data }) => event === 'HoldPlaced' && data?.['nodeId'] === 'n1'),
      );
      const kinds = stream.events.map(({ event }) => event);
      const nodes = new Set(stream.events.map(({ data }) => data?.['nodeId']));
      expect({ sees, access: kinds.includes('TokenCreated'), n2: nodes.has('n2') }).toEqual({
        sees,
        access: sees === 'all',
        n2: sees !== 'its nodes',
      });
      stream.close();
    }
  });

  test('a node that leaves a token’s scope is not told of: what is known is to be read again', async () => {
    const { secret } = await made({ name: 'b', role: 'viewer', selector: 'team=in' });
    const stream = await StreamReader.open(server.url, '/api/v1/events', { authorization: `Bearer ${secret}` });
    await stream.until('ready', () => stream.messages.length > 0);
    await server.dropAgent('n1');
    await server.addNode('n1', { labels: { team: 'elsewhere' } });
    await stream.until('the reset', () => stream.messages.some(({ event }) => event === 'reset'));
    expect(JSON.stringify(stream.messages)).not.toContain('elsewhere');
    stream.close();
  });

  test('of a node that was forgotten, its successor of the same name tells nobody', async () => {
    await server.addNode('n3', { labels: { team: 'out' } });
    await post('/api/v1/nodes/n3/drain', { reason: 'a secret of the others' });
    await server.dropAgent('n3');
    expect(await server.ask('DELETE', '/api/v1/nodes/n3')).toMatchObject({ status: 200 });
    await server.addNode('n3', { labels: { team: 'in' } });
    await post('/api/v1/nodes/n3/drain', { reason: 'our own' });
    const { secret: token } = await made({ name: 'in', role: 'operator', selector: 'team=in' });
    const stream = await StreamReader.open(server.url, '/api/v1/events?after=0&node=n3', {
      authorization: `Bearer ${token}`,
    });
    await stream.until('its own drain', () => JSON.stringify(stream.messages).includes('our own'));
    const told = await Promise.all(
      ['operations?node=n3', 'audit?node=n3'].map((list) => server.ask('GET', `/api/v1/${list}`, { token })),
    );
    const everything = JSON.stringify(stream.messages) + told.map(({ text }) => text).join('');
    expect(told.map(({ text }) => text.includes('our own'))).toEqual([true, true]);
    expect(everything).not.toContain('a secret of the others');
    stream.close();
  });
});
