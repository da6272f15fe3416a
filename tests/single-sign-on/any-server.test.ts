/** Logins through a balancer that sends every request to another server than the one before: each step finds what the one before it left. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser, type Visit } from './browser.ts';
import { TwoServers } from './two-servers.ts';

let sluice: TwoServers;

beforeAll(async () => {
  sluice = await TwoServers.start();
});
afterAll(() => sluice.stop());
beforeEach(() => {
  sluice.provider.account = { sub: 'ada-1', claims: { email: 'ada@example.com', groups: ['ops'] } };
});

const isAtCallback = ({ pathname }: URL) => pathname === '/auth/callback';

test('a login that one server began ends at the other, and the session is known to both', async () => {
  const browser = new Browser();
  const first = sluice.answeredBy.length;
  const { status, text, url } = await browser.visit(`${sluice.url}/auth/login?returnTo=/api/v1/whoami`);
  expect({ status, url: url.href }).toEqual({ status: 200, url: `${sluice.url}/api/v1/whoami` });
  expect(JSON.parse(text)).toMatchObject({ name: 'ada@example.com', role: 'admin' });
  // To the provider, back, and to where one wanted to go.
  expect(sluice.answeredBy.slice(first)).toHaveLength(3);
  expect(new Set(sluice.answeredBy.slice(first, first + 2)).size).toBe(2);
  for (let time = 0; time < 2; time += 1) expect((await browser.visit(`${sluice.url}/auth/session`)).status).toBe(200);
});

test('a login goes on although both servers were started again meanwhile', async () => {
  const browser = new Browser();
  const begun = await browser.visit(`${sluice.url}/auth/login?returnTo=/api/v1/whoami`, { stopAt: isAtCallback });
  await sluice.restart();
  const { status, text } = await browser.visit(begun.url);
  expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('ada@example.com') });
});

test('a callback counts once, and in its own browser, at whichever server', async () => {
  const browser = new Browser();
  const begun = await browser.visit(`${sluice.url}/auth/login`, { stopAt: isAtCallback });
  const kept = browser.cookie(sluice.url, 'sluice_login') ?? '';
  for (let time = 0; time < 2; time += 1) expect((await new Browser().visit(begun.url)).status).toBe(400);
  const changed = `${kept.slice(0, -4)}${kept.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  const callWith = async (sealed: string) =>
    (await fetch(begun.url, { headers: { cookie: `sluice_login=${sealed}` }, redirect: 'manual' })).status;
  for (let time = 0; time < 2; time += 1) expect(await callWith(changed)).toBe(400);
  expect(await callWith(kept)).toBe(303);
  for (let time = 0; time < 2; time += 1) expect(await callWith(kept)).toBe(403);
});

const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

/** `sluice login`, up to the question to its person. */
async function question(): Promise<{ readonly browser: Browser; readonly page: Visit }> {
  const browser = new Browser();
  const state = 's'.repeat(22);
  const page = await browser.visit(`${sluice.url}/auth/cli?port=45678&challenge=${challenge}&state=${state}`);
  expect({ status: page.status, text: page.text }).toMatchObject({
    status: 200,
    text: expect.stringContaining('ada@'),
  });
  return { browser, page };
}

function allow(browser: Browser, page: Visit): Promise<Visit> {
  const confirmation = /name="confirmation" value="([\w-]+)"/u.exec(page.text)?.[1] ?? '';
  return browser.visit(`${sluice.url}/auth/cli/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ confirmation, decision: 'allow' }),
    headers: { origin: sluice.url, 'sec-fetch-site': 'same-origin' },
    stopAt: () => true,
  });
}

async function exchange(code: string, proof = verifier): Promise<{ readonly status: number; readonly token: string }> {
  const response = await fetch(`${sluice.url}/auth/cli/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, verifier: proof }),
  });
  const answered: { readonly token?: string } = JSON.parse(await response.text());
  return { status: response.status, token: answered.token ?? '' };
}

const whoAmI = async (token: string) =>
  (await fetch(`${sluice.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })).status;

test('the command line is let in step by step at changing servers, and is known to both at once', async () => {
  const { browser, page } = await question();
  const allowed = await allow(browser, page);
  expect(allowed.status).toBe(303);
  const { status, token } = await exchange(allowed.url.searchParams.get('code') ?? '');
  expect(status).toBe(200);
  for (let time = 0; time < 2; time += 1) expect(await whoAmI(token)).toBe(200);
  const out = await fetch(`${sluice.url}/auth/cli/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(out.status).toBe(204);
});

test('the command line is let in although both servers were started again before each step', async () => {
  const { browser, page } = await question();
  await sluice.restart();
  const allowed = await allow(browser, page);
  await sluice.restart();
  const { status, token } = await exchange(allowed.url.searchParams.get('code') ?? '');
  await sluice.restart();
  expect([status, await whoAmI(token)]).toEqual([200, 200]);
});

test('its question is answered once and its code exchanged once, by however many at once', async () => {
  const { browser, page } = await question();
  const copies = Array.from({ length: 4 }, () => {
    const copied = new Browser();
    for (const [host, own] of browser.cookies) copied.cookies.set(host, new Map(own));
    return copied;
  });
  const answers = await Promise.all(copies.map((copied) => allow(copied, page)));
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([303, 400, 400, 400]);
  const code = answers.find(({ status }) => status === 303)?.url.searchParams.get('code') ?? '';
  const exchanged = await Promise.all(Array.from({ length: 4 }, () => exchange(code)));
  expect(exchanged.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 400, 400, 400]);
});

test('a code is used up by a wrong verifier, and the cookie of the question is no code', async () => {
  const { browser, page } = await question();
  const asked = browser.cookie(sluice.url, 'sluice_cli') ?? '';
  expect((await exchange(asked)).status).toBe(400);
  const { url } = await allow(browser, page);
  const code = url.searchParams.get('code') ?? '';
  expect((await exchange(code, 'x'.repeat(43))).status).toBe(400);
  expect((await exchange(code)).status).toBe(400);
});
