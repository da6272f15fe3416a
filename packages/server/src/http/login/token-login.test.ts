/** Logging in with a token or a one-time link, over a real socket: a session that may do what the token may, and ends with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, type Answer, ServerUnderTest } from '../server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1');
});
afterAll(() => server.stop());

const JSON_TYPE = { 'content-type': 'application/json' };

function logIn(body: object, path = '/auth/token', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return server.ask('POST', path, { token: null, body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } });
}

function cookieIn({ headers }: Answer): string {
  return String(headers['set-cookie']).split(';', 1)[0] ?? '';
}

function field(answer: Answer, name: string): string {
  const { json } = answer;
  if (typeof json !== 'object' || json === null) throw new Error(`no JSON: ${answer.text}`);
  return String(Reflect.get(json, name));
}

const withCookie = (method: string, target: string, cookie: string, headers: Readonly<Record<string, string>> = {}) =>
  server.ask(method, target, { token: null, headers: { cookie, ...headers } });

async function newToken(body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const answer = await server.ask('POST', '/api/v1/tokens', { body: JSON.stringify(body), headers: JSON_TYPE });
  const secret = field(answer, 'secret');
  return { id: field(await server.ask('GET', '/api/v1/whoami', { token: secret }), 'tokenId'), secret };
}

async function newLink(token: string): Promise<string> {
  const path = field(await server.ask('POST', '/api/v1/login-links', { token }), 'path');
  expect(path).toMatch(/^\/login#code=[\w-]{43}$/u);
  return path.slice('/login#code='.length);
}

describe('a token that is pasted', () => {
  test('opens a session that only the browser can send, and no script can read', async () => {
    const answer = await logIn({ token: `  ${ADMIN_TOKEN}\n` });
    expect(answer).toMatchObject({ status: 200, json: { name: 'admin', role: 'admin', selector: null } });
    expect(String(answer.headers['set-cookie'])).toMatch(/^sluice_session=slc_[^;]+;.*HttpOnly;.*SameSite=Lax/u);
    expect(answer.text).not.toContain('slc_');
    const session = await withCookie('GET', '/auth/session', cookieIn(answer));
    expect(session.json).toEqual(answer.json);
    expect((await withCookie('GET', '/api/v1/nodes', cookieIn(answer))).status).toBe(200);
  });

  test('may change something only from a page of this server', async () => {
    const answer = await logIn({ token: ADMIN_TOKEN });
    const drain = (headers: Readonly<Record<string, string>>) =>
      withCookie('POST', '/api/v1/nodes/n1/drain', cookieIn(answer), headers);
    expect(await drain({})).toMatchObject({ status: 403, json: { code: 'foreign-request' } });
    const csrf = { 'x-sluice-csrf': field(answer, 'csrfToken') };
    expect(await drain({ ...csrf, origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect((await drain(csrf)).status).toBe(200);
  });

  test('is what the session may do', async () => {
    const { secret } = await newToken({ name: 'eyes', role: 'viewer', selector: 'team=red' });
    const answer = await logIn({ token: secret });
    expect(answer.json).toMatchObject({ name: 'eyes', role: 'viewer', selector: 'team=red' });
    expect((await withCookie('GET', '/api/v1/nodes', cookieIn(answer))).json).toEqual({ items: [] });
    expect((await withCookie('GET', '/api/v1/tokens', cookieIn(answer))).status).toBe(403);
  });

  test('ends the session when it is revoked', async () => {
    const { id, secret } = await newToken({ name: 'short', role: 'viewer' });
    const cookies = [cookieIn(await logIn({ token: secret })), cookieIn(await logIn({ token: secret }))];
    expect((await server.ask('DELETE', `/api/v1/tokens/${id}`)).status).toBe(200);
    for (const cookie of cookies) expect((await withCookie('GET', '/api/v1/nodes', cookie)).status).toBe(401);
    const { text } = await server.ask('GET', '/api/v1/audit?action=TokenRevoked');
    expect(text.split('"id":"ses_').length - 1).toBe(2);
  });

  test('is not outlived by the session', async () => {
    const { secret } = await newToken({ name: 'hour', role: 'viewer', expiresIn: 3600 });
    const leftMs = Date.parse(field(await logIn({ token: secret }), 'expiresAt')) - Date.now();
    expect(leftMs).toBeLessThanOrEqual(3_600_000);
    expect(leftMs).toBeGreaterThan(3_500_000);
  });

  test('that opens nothing is refused, and the refusal is noted', async () => {
    for (const token of ['slc_nobody-has-this-token', 'slc_test-join-token-0123456789abcdef'])
      expect(await logIn({ token })).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    const { json } = await server.ask('GET', '/api/v1/audit?action=LoginRefused');
    expect(json).toMatchObject({ items: [{ actor: { name: 'nobody' } }, { actor: { name: 'nobody' } }] });
  });

  test('is taken from no page of another site', async () => {
    const answer = await logIn({ token: ADMIN_TOKEN }, '/auth/token', { origin: 'https://evil.example' });
    expect(answer).toMatchObject({ status: 403, json: { code: 'foreign-request' } });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test.each([{}, { token: '' }, { token: 1 }, { token: 'a', more: 1 }])('must come alone: %j', async (body) => {
    expect(await logIn(body)).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
  });
});

test('a new login ends what the browser was logged in as, and a logout the rest', async () => {
  const first = cookieIn(await logIn({ token: ADMIN_TOKEN }));
  const answer = await logIn({ token: ADMIN_TOKEN }, '/auth/token', { cookie: first });
  expect((await withCookie('GET', '/auth/session', first)).status).toBe(401);
  const cookie = cookieIn(answer);
  expect((await withCookie('POST', '/auth/logout', cookie)).status).toBe(403);
  const csrf = { 'x-sluice-csrf': field(answer, 'csrfToken') };
  expect(await withCookie('POST', '/auth/logout', cookie, csrf)).toMatchObject({
    status: 200,
    json: { providerLogoutUrl: null },
  });
  expect((await withCookie('GET', '/auth/session', cookie)).status).toBe(401);
  // The token itself goes on.
  expect((await server.ask('GET', '/api/v1/whoami')).status).toBe(200);
});

test('a page where nobody is logged in is told how somebody may', async () => {
  expect(await server.ask('GET', '/auth/ways', { token: null })).toMatchObject({
    status: 200,
    json: { token: true, singleSignOn: false },
  });
});

describe('a one-time link', () => {
  test('logs in whoever opens it first, as the token that it was made with', async () => {
    const { secret } = await newToken({ name: 'linker', role: 'operator' });
    const code = await newLink(secret);
    expect((await logIn({ code }, '/auth/link')).json).toMatchObject({ name: 'linker', role: 'operator' });
    expect(await logIn({ code }, '/auth/link')).toMatchObject({ status: 400, json: { code: 'login-code-invalid' } });
  });

  test('opens nothing when its token has ended', async () => {
    const { id, secret } = await newToken({ name: 'gone', role: 'viewer' });
    const code = await newLink(secret);
    await server.ask('DELETE', `/api/v1/tokens/${id}`);
    expect(await logIn({ code }, '/auth/link')).toMatchObject({ status: 400, json: { code: 'login-code-invalid' } });
  });

  test('is made with tokens only, not by a browser that is logged in', async () => {
    const answer = await logIn({ token: ADMIN_TOKEN });
    const csrf = { 'x-sluice-csrf': field(answer, 'csrfToken') };
    const refused = await withCookie('POST', '/api/v1/login-links', cookieIn(answer), csrf);
    expect(refused).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  });
});
