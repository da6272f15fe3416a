/** What holds for every route: who may call it, its methods, its headers, broken HTTP; and what the server says of itself. */
import { type Route, routes } from '@sluice/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenOf } from '../fleet/token.ts';
import { hashOf } from '../authentication/secret.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { ADMIN_TOKEN, ServerUnderTest } from './server-under-test.ts';

const TOKENS = {
  viewer: 'slc_a-viewer-token-for-tests',
  operator: 'slc_an-operator-token-for-tests',
  admin: ADMIN_TOKEN,
} as const;

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start(async (directory) => {
    const store = await openSqliteStore(directory);
    const expired = tokenOf({
      id: 'expired',
      kind: 'api',
      name: 'expired',
      role: 'admin',
      hash: hashOf('slc_an-expired-token'),
      createdAt: 0,
      expiresAt: 1,
    });
    const tokens = (['viewer', 'operator'] as const).map((role) =>
      tokenOf({
        id: role,
        kind: 'api',
        name: `the ${role}`,
        role,
        hash: hashOf(TOKENS[role]),
        createdAt: 0,
      }),
    );
    const revoked = { ...expired, id: 'revoked', hash: hashOf('slc_a-revoked-token'), expiresAt: null, revokedAt: 1 };
    await store.commit([], [], { tokens: [...tokens, expired, revoked] });
    await store.close();
  });
  await server.addNode('n1');
});
afterAll(() => server.stop());

describe.each(Object.values<Route>(routes))('$method $path', (route) => {
  const target = route.path.replace(':id', 'nobody').replace(':name', 'drain');

  test('says which methods it takes', async () => {
    const taken = Object.values<Route>(routes)
      .filter(({ path }) => path === route.path)
      .map((each) => each.method);
    for (const other of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const) {
      if (taken.some((each) => each === other || (each === 'GET' && other === 'HEAD'))) continue;
      const answer = await server.ask(other, target, { body: '{' });
      expect({ other, status: answer.status }).toEqual({ other, status: 405 });
      const allow = String(answer.headers['allow']).split(', ');
      expect(allow.filter((each) => each !== 'HEAD').toSorted()).toEqual(taken.toSorted());
      expect(allow.includes('HEAD')).toBe(taken.includes('GET'));
    }
  });
});

test('tokens that have run out, were revoked or are for agents open nothing', async () => {
  for (const token of ['slc_an-expired-token', 'slc_a-revoked-token', 'slc_test-join-token-0123456789abcdef'])
    expect(await server.ask('GET', '/api/v1/nodes', { token })).toMatchObject({ status: 401 });
});

test('releasing every hold is for admins', async () => {
  const json = { headers: { 'content-type': 'application/json' }, token: TOKENS.operator };
  await server.ask('POST', '/api/v1/nodes/n1/drain', { ...json, body: '{"hold":"maintenance"}' });
  for (const [target, body] of [
    ['undrain', '{"hold":"*"}'],
    ['commands/undrain', '{"params":{"hold":"*"}}'],
  ] as const) {
    const answer = await server.ask('POST', `/api/v1/nodes/n1/${target}`, { ...json, body });
    expect(answer).toMatchObject({
      status: 403,
      json: { code: 'forbidden', detail: expect.stringContaining('the operator') },
    });
  }
  const admin = await server.ask('POST', '/api/v1/nodes/n1/undrain', {
    ...json,
    token: ADMIN_TOKEN,
    body: '{"hold":"*"}',
  });
  expect(admin).toMatchObject({ status: 200, json: { parameters: { holds: ['maintenance'] } } });
});

describe('broken HTTP is answered with a problem, and the connection is closed', () => {
  test.each([
    ['a method that does not exist', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'invalid-request'],
    ['no HTTP at all', 'hello there\r\n\r\n', 400, 'invalid-request'],
    [
      'headers without end',
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    [
      'two lengths',
      'POST /api/v1/nodes/n1/drain HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      400,
      'invalid-request',
    ],
    [
      'a length and chunks',
      'POST /api/v1/nodes/n1/drain HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'invalid-request',
    ],
  ])('%s', async (_what, bytes, status, code) => {
    const answer = await server.send(bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, 'u'));
    expect(head).toMatch(/content-type: application\/problem\+json/iu);
    expect(head).toMatch(/x-content-type-options: nosniff/iu);
    expect(JSON.parse(body)).toMatchObject({ status, code, requestId: expect.any(String) });
  });
});

describe('what the server says of itself', () => {
  test('it is alive and ready', async () => {
    expect(await server.ask('GET', '/healthz', { token: null })).toMatchObject({ status: 200, json: { ok: true } });
    expect(await server.ask('GET', '/readyz', { token: null })).toMatchObject({ status: 200, json: { ok: true } });
    expect(await server.ask('HEAD', '/readyz', { token: null })).toMatchObject({ status: 200, text: '' });
  });

  test('its OpenAPI document has every route, and every reference in it leads somewhere', async () => {
    const { status, headers, text, json } = await server.ask('GET', '/openapi.json', { token: null });
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json; charset=utf-8' });
    expect(json).toMatchObject({ openapi: '3.1.0', info: { title: expect.any(String), version: '1' } });
    for (const { name, path } of Object.values<Route>(routes)) {
      expect(text).toContain(`"operationId":"${name}"`);
      expect(json).toHaveProperty(['paths', path.replaceAll(/:([a-z]+)/gu, '{$1}')]);
    }
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/gu))
      expect(json).toHaveProperty(reference.split('/'));
  });

  test.each([
    ['one that is spelt otherwise', 'DELETE', '/api/v1/nodes/%63ommands', 'GET, HEAD'],
    ['one with the name of the server before it', 'DELETE', 'http://127.0.0.1/api/v1/nodes?type=lobby', 'GET, HEAD'],
    ['a page of the documentation', 'POST', '/docs', 'GET, HEAD'],
  ])('refuses a method that its path does not take, also of %s', async (_what, method, target, allow) => {
    const answer = await server.ask(method, target);
    expect(answer).toMatchObject({ status: 405, json: { code: 'method-not-allowed' } });
    expect(String(answer.headers['allow']).split(', ').toSorted().join(', ')).toBe(allow);
    expect(answer.headers['sluice-revision']).toMatch(/^\d+$/u);
  });

  test('its documentation needs nothing from outside, and runs no inline script', async () => {
    const page = await server.ask('GET', '/docs', { token: null });
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/u);
    const references = [...page.text.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, reference]) => reference ?? '');
    expect(references.length).toBeGreaterThan(3);
    for (const reference of references) {
      const file = new URL(reference, new URL('/docs', server.url));
      expect(file.host).toBe(server.url.host);
      const { status } = await server.ask('GET', file.pathname, { token: null });
      expect({ reference, status }).toEqual({ reference, status: 200 });
    }
    expect(page.text).not.toMatch(/<script(?![^>]*src=)/u);
    const { text: script } = await server.ask('GET', '/docs/show.js', { token: null });
    expect(script).toContain('"/openapi.json"');
    expect(await server.ask('GET', '/docs/', { token: null })).toMatchObject({ status: 200, text: page.text });
    // Of the package that they are from, no other file is given out.
    expect((await server.ask('GET', '/docs/static/index.html', { token: null })).status).toBe(404);
    expect(await server.ask('GET', '/docs/static/nothing.js', { token: null })).toMatchObject({
      status: 404,
      json: { code: 'route-not-found' },
    });
    for (const outside of [
      '/docs/static/..%2f..%2fpackage.json',
      '/docs/static/../../package.json',
      '/docs/static/%2e%2e/package.json',
    ]) {
      expect((await server.ask('GET', outside, { token: null })).status).toBeGreaterThanOrEqual(400);
    }
  });

  test('the type of a problem leads to its page', async () => {
    const { json } = await server.ask('GET', '/api/v1/nodes/nobody');
    expect(json).toMatchObject({ type: '/docs/problems/node-not-found' });
    expect(await server.ask('GET', '/docs/problems/node-not-found', { token: null })).toMatchObject({
      status: 200,
      text: expect.stringContaining('There is no such node'),
    });
    expect(await server.ask('GET', '/docs/problems/no-such-problem', { token: null })).toMatchObject({ status: 404 });
  });

  test('answers do not say what it runs on', async () => {
    const { headers } = await server.ask('GET', '/api/v1/nodes');
    expect(Object.keys(headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(server|x-powered-by)$/u)]),
    );
  });
});
