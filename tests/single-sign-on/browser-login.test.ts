/** A person's browser, from the provider's login to the session and its end; and everybody who is not let in. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startServer, loadServerConfig } from '../../packages/server/src/index.ts';
import { Browser, type Visit } from './browser.ts';
import { LoginUnderTest } from './login-under-test.ts';

const ADA = { sub: 'ada-1', claims: { email: 'ada@example.com', email_verified: true, groups: ['staff', 'ops'] } };

let sluice: LoginUnderTest;

beforeAll(async () => {
  sluice = await LoginUnderTest.start();
});
afterAll(() => sluice.stop());
beforeEach(() => {
  sluice.provider.account = ADA;
});

interface Session {
  readonly name: string;
  readonly role: string;
  readonly selector: string | null;
  readonly csrfToken: string;
  readonly expiresAt: string;
}

async function logIn(browser: Browser, returnTo = '/api/v1/whoami'): Promise<Visit> {
  return browser.visit(`${sluice.url}/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
}

async function sessionOf(browser: Browser): Promise<Session> {
  const { status, text } = await browser.visit(`${sluice.url}/auth/session`);
  expect({ status, text }).toMatchObject({ status: 200 });
  const session: Session = JSON.parse(text);
  return session;
}

const secretOf = (browser: Browser) => browser.cookie(sluice.url, 'sluice_session');

describe('logging in', () => {
  test('leads through the provider back to where one wanted to go, and the session opens the API', async () => {
    const browser = new Browser();
    const { status, url, way, text } = await logIn(browser, '/api/v1/whoami?x=1');
    expect({ status, url: url.href }).toEqual({ status: 200, url: `${sluice.url}/api/v1/whoami?x=1` });
    expect(way.some(({ origin }) => origin === sluice.provider.issuer)).toBe(true);
    expect(JSON.parse(text)).toMatchObject({ name: 'ada@example.com', role: 'admin', selector: null });
    expect(await sessionOf(browser)).toEqual({
      name: 'ada@example.com',
      role: 'admin',
      selector: null,
      csrfToken: expect.stringMatching(/^[\w-]{43}$/u),
      expiresAt: expect.stringMatching(/Z$/u),
    });
    expect(browser.cookie(sluice.url, 'sluice_login')).toBeUndefined();
  });

  test('the cookies are for this server alone: HttpOnly, Lax, the whole path; the secret is stored nowhere', async () => {
    const browser = new Browser();
    const begun = await browser.visit(`${sluice.url}/auth/login`, { stopAt: () => true });
    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^sluice_login=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/u),
    ]);
    const ended = await browser.visit(begun.url, { stopAt: ({ pathname }) => pathname === '/' });
    expect(ended.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^sluice_session=slc_[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/u),
    );
    expect(JSON.stringify(await sluice.ask('/api/v1/tokens'))).not.toContain(secretOf(browser));
  });

  test('logging in again makes another session and ends the one before', async () => {
    const browser = new Browser();
    await logIn(browser);
    const before = secretOf(browser) ?? '';
    await logIn(browser);
    expect(secretOf(browser)).not.toBe(before);
    const old = await fetch(`${sluice.url}/auth/session`, { headers: { cookie: `sluice_session=${before}` } });
    expect(old.status).toBe(401);
  });

  test.each([
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
    ['/.//evil.example', '/'],
    ['/%2F/evil.example', '/%2F/evil.example'],
    ['/%5Cevil.example', '/%5Cevil.example'],
    ['javascript:alert(1)', '/'],
    ['/auth/login', '/'],
    ['/nodes?status=draining#top', '/nodes?status=draining#top'],
  ])('returnTo=%s leads to %s', async (returnTo, expected) => {
    const browser = new Browser();
    const here = (next: URL) => next.origin !== sluice.provider.issuer && !next.pathname.startsWith('/auth/');
    const { headers } = await browser.visit(`${sluice.url}/auth/login?returnTo=${encodeURIComponent(returnTo)}`, {
      stopAt: here,
    });
    expect(headers.get('location')).toBe(expected);
  });
});

describe('what a session may do', () => {
  test('is what its rule says, on the nodes of its selector', async () => {
    sluice.provider.account = { sub: 'bob', claims: { preferred_username: 'bob', groups: ['ops', 'chess-ops'] } };
    const browser = new Browser();
    const { text } = await logIn(browser);
    expect(JSON.parse(text)).toMatchObject({ name: 'bob', role: 'operator', selector: 'game=chess' });
    const tokens = await browser.visit(`${sluice.url}/api/v1/tokens`);
    expect(tokens.status).toBe(403);
  });

  test('an unsafe request needs the session its token, and must come from a page of this server', async () => {
    const browser = new Browser();
    await logIn(browser);
    const { csrfToken } = await sessionOf(browser);
    const post = async (headers: Readonly<Record<string, string>>) => {
      const { status, text } = await browser.visit(`${sluice.url}/api/v1/nodes/none/drain`, {
        method: 'POST',
        headers,
      });
      const { code }: { readonly code: string } = JSON.parse(text);
      return `${status} ${code}`;
    };
    const own = { origin: sluice.url, 'sec-fetch-site': 'same-origin' };
    expect(await post({ ...own, 'x-sluice-csrf': csrfToken })).toBe('404 node-not-found');
    expect(await post(own)).toBe('403 foreign-request');
    expect(await post({ ...own, 'x-sluice-csrf': 'wrong' })).toBe('403 foreign-request');
    expect(await post({ 'x-sluice-csrf': csrfToken, origin: 'https://evil.example' })).toBe('403 foreign-request');
    expect(await post({ 'x-sluice-csrf': csrfToken, origin: 'null' })).toBe('403 foreign-request');
    expect(await post({ 'x-sluice-csrf': csrfToken, 'sec-fetch-site': 'same-site' })).toBe('403 foreign-request');
  });

  test('a header is believed before a cookie, and a session is no token', async () => {
    const browser = new Browser();
    await logIn(browser);
    const target = `${sluice.url}/api/v1/whoami`;
    expect((await browser.visit(target, { headers: { authorization: 'Bearer slc_wrong' } })).status).toBe(401);
    const asToken = await fetch(target, { headers: { authorization: `Bearer ${secretOf(browser) ?? ''}` } });
    expect(asToken.status).toBe(401);
  });

  test('logging out ends it at once, on the server; a foreign page cannot log anybody out', async () => {
    const browser = new Browser();
    await logIn(browser);
    const secret = secretOf(browser) ?? '';
    const { csrfToken } = await sessionOf(browser);
    expect((await browser.visit(`${sluice.url}/auth/logout`, { method: 'POST' })).status).toBe(403);
    const out = await browser.visit(`${sluice.url}/auth/logout`, {
      method: 'POST',
      headers: { 'x-sluice-csrf': csrfToken },
    });
    expect({ status: out.status, body: JSON.parse(out.text) }).toEqual({
      status: 200,
      body: { providerLogoutUrl: expect.stringContaining(sluice.provider.issuer) },
    });
    expect(secretOf(browser)).toBeUndefined();
    const kept = await fetch(`${sluice.url}/api/v1/whoami`, { headers: { cookie: `sluice_session=${secret}` } });
    expect(kept.status).toBe(401);
  });

  test('an admin ends it by revoking its token', async () => {
    const browser = new Browser();
    await logIn(browser);
    const who: { readonly tokenId: string } = JSON.parse((await browser.visit(`${sluice.url}/api/v1/whoami`)).text);
    const { csrfToken } = await sessionOf(browser);
    const revoked = await browser.visit(`${sluice.url}/api/v1/tokens/${who.tokenId}`, {
      method: 'DELETE',
      headers: { 'x-sluice-csrf': csrfToken },
    });
    expect(revoked.status).toBe(200);
    expect((await browser.visit(`${sluice.url}/auth/session`)).status).toBe(401);
  });
});

describe('who is not let in', () => {
  test('somebody in no group with a rule is told which groups were seen, and it stands in the history', async () => {
    const groups = ['tea', '<script>alert(1)</script>'];
    sluice.provider.account = { sub: 'eve-7', claims: { email: 'eve@example.com', groups } };
    const browser = new Browser();
    const { status, text, headers } = await logIn(browser);
    expect(status).toBe(403);
    expect(text).toContain('tea, &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('eve@example.com');
    expect(text).not.toContain('<script');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(secretOf(browser)).toBeUndefined();
    expect(await sluice.eventOfKind('LoginRefused', 'eve-7')).toContain('No group rule lets eve@example.com in.');
  });

  test('somebody who refuses at the provider', async () => {
    sluice.provider.account = null;
    const { status, text } = await logIn(new Browser());
    expect(status).toBe(403);
    expect(text).toContain('access_denied (They said &lt;b&gt;no&lt;/b&gt;)');
  });

  test('a callback that is used again, or brought to another browser, or invented', async () => {
    const browser = new Browser();
    const begun = await browser.visit(`${sluice.url}/auth/login`, {
      stopAt: ({ pathname }) => pathname === '/auth/callback',
    });
    const kept = browser.cookie(sluice.url, 'sluice_login') ?? '';
    expect((await new Browser().visit(begun.url)).status).toBe(400);
    const first = await browser.visit(begun.url, { stopAt: ({ pathname }) => pathname === '/' });
    expect(first.status).toBe(303);
    expect((await browser.visit(begun.url)).status).toBe(400);
    // Even who kept the cookie gets nothing: the provider gives a code away once.
    const again = await fetch(begun.url, { headers: { cookie: `sluice_login=${kept}` }, redirect: 'manual' });
    expect({ status: again.status, cookies: again.headers.getSetCookie().join() }).toEqual({
      status: 403,
      cookies: expect.not.stringContaining('sluice_session'),
    });
    expect((await new Browser().visit(`${sluice.url}/auth/callback?code=c&state=s`)).status).toBe(400);
    expect((await new Browser().visit(`${sluice.url}/auth/callback`)).status).toBe(400);
  });
});

test('claims that the provider tells only when asked, and a client without a secret', async () => {
  const other = await LoginUnderTest.start({ claimsInUserInfoOnly: true, isPublic: true });
  try {
    other.provider.account = ADA;
    const { status, text } = await new Browser().visit(`${other.url}/auth/login?returnTo=/api/v1/whoami`);
    expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('ada@example.com') });
  } finally {
    await other.stop();
  }
});

test('where browsers come by https, cookies are bound to the host and to https, and no others count', async () => {
  const publicUrl = 'https://sluice.example';
  const other = await LoginUnderTest.start({ publicUrl });
  try {
    const begun = await new Browser().visit(`${other.url}/auth/login`, { stopAt: () => true });
    expect(begun.url.searchParams.get('redirect_uri')).toBe(`${publicUrl}/auth/callback`);
    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-sluice_login=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/u),
    ]);
    const sealed = /=([\w-]+);/u.exec(begun.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
    const state = begun.url.searchParams.get('state') ?? '';
    const callback = async (name: string) => {
      const target = `${other.url}/auth/callback?error=access_denied&state=${state}&iss=${other.provider.issuer}`;
      return (await fetch(target, { headers: { cookie: `${name}=${sealed}` } })).status;
    };
    expect(await callback('sluice_login')).toBe(400);
    expect(await callback('__Host-sluice_login')).toBe(403);
  } finally {
    await other.stop();
  }
});

test('without the section `oidc` every route says what to configure', async () => {
  const loaded = loadServerConfig({
    flags: { listen: '127.0.0.1:0', data: `${sluice.directory}/without`, logLevel: 'silent' },
    env: {},
  });
  if (!loaded.ok) throw new Error(loaded.message);
  const server = await startServer(loaded.config);
  try {
    for (const [method, target] of [
      ['GET', '/auth/login'],
      ['GET', '/auth/callback?code=c&state=s'],
      ['GET', '/auth/cli?port=1'],
      ['GET', '/auth/cli/confirm'],
      ['POST', '/auth/cli/confirm'],
      ['POST', '/auth/cli/token'],
    ] as const) {
      const response = await fetch(`${server.url}${target}`, { method });
      expect({ target, status: response.status, body: await response.json() }).toMatchObject({
        status: 404,
        body: { code: 'single-sign-on-off', whatToDo: expect.stringContaining('oidc') },
      });
    }
    expect((await fetch(`${server.url}/auth/session`)).status).toBe(401);
  } finally {
    await server.stop();
  }
});
