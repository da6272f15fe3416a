/** Logins at two servers of one store, over real sockets: what was begun at one goes on at the other, and counts once. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fleet } from '../../fleet/fleet.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { type Store, StoreUnavailableError } from '../../store/store.ts';
import { type AppUnderTest, startApp } from '../app-under-test.ts';

const ADMIN_TOKEN = 'slc_test-admin-token-0123456789abcdef';

let directory: string;
let store: Store;
let here: AppUnderTest;
let there: AppUnderTest;
/** How often `there` looked for what others have committed. */
let looks: number;
let isCutOff: boolean;
/** No look ends before it. */
let held: Promise<void>;

/** As a server that follows the store takes over what others have committed. */
async function follow(fleet: Fleet): Promise<void> {
  for (const token of await store.tokens()) fleet.tokens.put(token);
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-two-servers-'));
  store = await openSqliteStore(directory);
  looks = 0;
  isCutOff = false;
  held = Promise.resolve();
  here = await startApp({ store, adminToken: ADMIN_TOKEN, catchUp: follow });
  await here.authentication.keepNewTokens();
  there = await startApp({
    store,
    adminToken: ADMIN_TOKEN,
    catchUp: async (fleet) => {
      looks += 1;
      await held;
      if (isCutOff) throw new StoreUnavailableError('The database does not answer.');
      await follow(fleet);
    },
  });
  await there.authentication.keepNewTokens();
});
afterEach(async () => {
  await here.stop();
  await there.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly cookie: string;
  /** Some member of the body, as a text. */
  readonly field: (name: string) => string;
}

async function ask(
  { url }: AppUnderTest,
  method: string,
  target: string,
  { token, cookie, csrf, body }: { token?: string; cookie?: string; csrf?: string; body?: object } = {},
): Promise<Answer> {
  const response = await fetch(`${url}${target}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(csrf === undefined ? {} : { 'x-sluice-csrf': csrf }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : {};
  const field = (name: string) => (typeof json === 'object' && json !== null ? String(Reflect.get(json, name)) : '');
  return { status: response.status, cookie: response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '', field };
}

async function newToken(at: AppUnderTest): Promise<{ readonly id: string; readonly secret: string }> {
  const body = { name: 'pipeline', role: 'operator' };
  const secret = (await ask(at, 'POST', '/api/v1/tokens', { token: ADMIN_TOKEN, body })).field('secret');
  return { id: (await ask(at, 'GET', '/api/v1/whoami', { token: secret })).field('tokenId'), secret };
}

async function linkFrom(at: AppUnderTest, token: string): Promise<string> {
  const { field } = await ask(at, 'POST', '/api/v1/login-links', { token });
  return field('path').slice('/login#code='.length);
}

const whoIs = async (at: AppUnderTest, cookie: string) => (await ask(at, 'GET', '/auth/session', { cookie })).status;

describe('a login link', () => {
  test('that one server made is opened at another, once, whichever is asked again', async () => {
    const code = await linkFrom(here, ADMIN_TOKEN);
    const opened = await ask(there, 'POST', '/auth/link', { body: { code } });
    expect({ status: opened.status, name: opened.field('name') }).toEqual({ status: 200, name: 'admin' });
    for (const server of [here, there])
      expect(await ask(server, 'POST', '/auth/link', { body: { code } })).toMatchObject({ status: 400 });
  });

  test('that is opened at both servers at once opens one session', async () => {
    const code = await linkFrom(here, ADMIN_TOKEN);
    const asked = [here, there, here, there].map((server) => ask(server, 'POST', '/auth/link', { body: { code } }));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 400, 400, 400]);
  });

  test('opens at a server that has not heard of its token yet', async () => {
    const { secret } = await newToken(here);
    const opened = await ask(there, 'POST', '/auth/link', { body: { code: await linkFrom(here, secret) } });
    expect({ status: opened.status, name: opened.field('name') }).toEqual({ status: 200, name: 'pipeline' });
  });

  test('goes on working when the server that made it is gone', async () => {
    const code = await linkFrom(here, ADMIN_TOKEN);
    await here.stop();
    here = await startApp({ store, adminToken: ADMIN_TOKEN, catchUp: follow });
    expect((await ask(here, 'POST', '/auth/link', { body: { code } })).status).toBe(200);
  });
});

describe('what one server has made', () => {
  test('a token opens the API of the other at once, and a session is known there, with the same X-Sluice-Csrf', async () => {
    const { secret } = await newToken(here);
    expect((await ask(there, 'GET', '/api/v1/nodes', { token: secret })).status).toBe(200);
    const pasted = await ask(here, 'POST', '/auth/token', { body: { token: secret } });
    const { cookie } = pasted;
    expect(await whoIs(there, cookie)).toBe(200);
    const csrf = pasted.field('csrfToken');
    expect(await ask(there, 'POST', '/api/v1/nodes/none/drain', { cookie, csrf })).toMatchObject({ status: 404 });
    expect(await ask(there, 'POST', '/api/v1/nodes/none/drain', { cookie })).toMatchObject({ status: 403 });
  });

  test('a token is taken by the login of the other at once', async () => {
    const { secret } = await newToken(here);
    expect((await ask(there, 'POST', '/auth/token', { body: { token: secret } })).status).toBe(200);
  });

  test('a session ends at the other by a logout, and here as soon as this is known', async () => {
    const { cookie, field } = await ask(here, 'POST', '/auth/token', { body: { token: ADMIN_TOKEN } });
    const out = await ask(there, 'POST', '/auth/logout', { cookie, csrf: field('csrfToken') });
    expect(out.status).toBe(200);
    expect(await whoIs(there, cookie)).toBe(401);
    await follow(here.fleet);
    expect(await whoIs(here, cookie)).toBe(401);
  });

  test('a stream at the other ends when its token is revoked here and that is known there', async () => {
    const { id, secret } = await newToken(here);
    const stream = await fetch(`${there.url}/api/v1/events?after=0`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(stream.status).toBe(200);
    expect((await ask(here, 'DELETE', `/api/v1/tokens/${id}`, { token: ADMIN_TOKEN })).status).toBe(200);
    await follow(there.fleet);
    // Reads to its end.
    await stream.text();
    expect((await ask(there, 'GET', '/api/v1/nodes', { token: secret })).status).toBe(401);
  });

  test('no session is opened with a token that was revoked at the other', async () => {
    const { id, secret } = await newToken(here);
    const code = await linkFrom(here, secret);
    const token = here.fleet.tokens.get(id);
    await follow(there.fleet);
    await ask(there, 'DELETE', `/api/v1/tokens/${id}`, { token: ADMIN_TOKEN });
    await follow(here.fleet);
    expect(token === undefined ? 'unknown' : await here.sessions.openSessionWith(token, '10.0.0.9')).toBeNull();
    expect((await ask(here, 'POST', '/auth/link', { body: { code } })).status).toBe(400);
  });
});

describe('a secret that no server knows', () => {
  test('is looked for, and many of them at once by few looks', async () => {
    let release: () => void = () => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    let arrived = 0;
    there.app.server.on('request', () => (arrived += 1));
    const asked = Array.from({ length: 40 }, (_, number) =>
      ask(there, 'GET', '/api/v1/nodes', { token: `slc_invented-${number}` }),
    );
    await expect.poll(() => arrived).toBe(40);
    release();
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([401]));
    expect(looks).toBe(2);
  });

  test('is not looked for when it is known, or none was given', async () => {
    expect((await ask(there, 'GET', '/api/v1/nodes', { token: ADMIN_TOKEN })).status).toBe(200);
    expect((await ask(there, 'GET', '/api/v1/nodes')).status).toBe(401);
    expect(looks).toBe(0);
  });

  test('may be one when the store cannot be asked: that is said, and what anybody may ask is answered', async () => {
    const { secret } = await newToken(here);
    const { cookie } = await ask(here, 'POST', '/auth/token', { body: { token: secret } });
    isCutOff = true;
    const refused = await ask(there, 'GET', '/api/v1/nodes', { token: secret });
    expect({ status: refused.status, code: refused.field('code') }).toEqual({ status: 503, code: 'store-unavailable' });
    expect(await whoIs(there, cookie)).toBe(503);
    expect((await ask(there, 'GET', '/healthz', { token: secret })).status).toBe(200);
    isCutOff = false;
    expect((await ask(there, 'GET', '/api/v1/nodes', { token: secret })).status).toBe(200);
    expect(await whoIs(there, cookie)).toBe(200);
  });
});
