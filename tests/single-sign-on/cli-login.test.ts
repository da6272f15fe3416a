/** `sluice login` as a real process, the browser as a real client of the server and of the provider: what a person does, and what an attacker tries. */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Ended, type Started, startSluice } from '../end-to-end/sluice-process.ts';
import { waitFor } from '../wait-for.ts';
import { Browser, type Visit } from './browser.ts';
import { LoginUnderTest } from './login-under-test.ts';

/** What `sluice login` writes. */
interface Kept {
  readonly servers: Readonly<Record<string, { readonly token: string }>>;
}

let sluice: LoginUnderTest;
let home: string;

beforeAll(async () => {
  sluice = await LoginUnderTest.start();
});
afterAll(() => sluice.stop());
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'sluice-home-'));
  sluice.provider.account = { sub: 'bob', claims: { email: 'bob@example.com', groups: ['chess-ops'] } };
});
afterEach(() => rm(home, { recursive: true }));

const start = (...args: readonly string[]): Started =>
  startSluice(sluice.url, args, { SLUICE_TOKEN: '', XDG_CONFIG_HOME: home });
const run = (...args: readonly string[]): Promise<Ended> => start(...args).ended;
const credentials = () => path.join(home, 'sluice', 'credentials.json');

/** The address that `sluice login` prints. */
function addressIn(login: Started): Promise<string> {
  return waitFor('the address to log in at', () => /^ {2}(http\S+)$/mu.exec(login.error())?.[1], {
    seen: () => login.error(),
  });
}

/** Up to the question, and what the page says. */
async function logInUpToQuestion(address: string): Promise<{ readonly browser: Browser; readonly page: Visit }> {
  const browser = new Browser();
  const page = await browser.visit(address);
  return { browser, page };
}

function answer(
  browser: Browser,
  page: Visit,
  decision: string,
  more: { readonly stopAt?: (next: URL) => boolean } = {},
) {
  const confirmation = /name="confirmation" value="([\w-]+)"/u.exec(page.text)?.[1] ?? '';
  return browser.visit(`${sluice.url}/auth/cli/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ confirmation, decision }),
    headers: { origin: sluice.url, 'sec-fetch-site': 'same-origin' },
    ...more,
  });
}

describe('sluice login', () => {
  test('logs in, is who the person is, and logs out', async () => {
    const login = start('login', '--no-browser');
    const { browser, page } = await logInUpToQuestion(await addressIn(login));
    expect({ status: page.status, path: page.url.pathname }).toEqual({ status: 200, path: '/auth/cli/confirm' });
    const shown = /must show the code (\S{8})\./u.exec(login.error())?.[1] ?? 'none';
    for (const words of [shown, 'bob@example.com', 'operator', 'game=chess']) expect(page.text).toContain(words);
    const last = await answer(browser, page, 'allow');
    expect({ host: last.url.hostname, status: last.status }).toEqual({ host: '127.0.0.1', status: 200 });
    expect(last.text).toContain('You can close this page');
    const ended = await login.ended;
    expect({ exitCode: ended.exitCode, out: ended.out }).toEqual({
      exitCode: 0,
      out: expect.stringContaining(`as bob@example.com: operator on nodes with game=chess. It ends in 1`),
    });
    expect((await stat(credentials())).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(credentials()))).toEqual(['credentials.json']);
    const who = await run('whoami');
    expect(who.out).toMatch(/^Name {3}bob@example\.com\nRole {3}operator\nNodes {2}game=chess\nEnds {3}in 1[12] h/u);

    const kept: Kept = JSON.parse(await readFile(credentials(), 'utf8'));
    const token = kept.servers[sluice.url]?.token ?? '';
    expect(token).toMatch(/^slc_/u);
    expect(ended.out + ended.error + JSON.stringify(await sluice.ask('/api/v1/tokens'))).not.toContain(token);
    expect(await run('logout')).toMatchObject({ exitCode: 0, out: `Logged out at ${sluice.url}.\n` });
    expect(JSON.parse(await readFile(credentials(), 'utf8'))).toEqual({ servers: {} });
    const after = await fetch(`${sluice.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
    expect(after.status).toBe(401);
    expect((await run('logout')).out).toBe(`Nobody is logged in at ${sluice.url} here.\n`);
  });

  test('is refused when the person refuses', async () => {
    const login = start('login', '--no-browser');
    const { browser, page } = await logInUpToQuestion(await addressIn(login));
    await answer(browser, page, 'refuse');
    expect(await login.ended).toMatchObject({ exitCode: 3, error: expect.stringContaining('refused in the browser') });
    await expect(stat(credentials())).rejects.toThrow('ENOENT');
  });

  test('opens the browser with nothing but the address', async () => {
    const bin = path.join(home, 'bin');
    const opened = path.join(home, 'opened');
    await mkdir(bin);
    const opener = path.join(bin, process.platform === 'darwin' ? 'open' : 'xdg-open');
    await writeFile(
      opener,
      `#!/bin/sh\nprintf '%s\\n' "$#" "$1" "\${SLUICE_TOKEN-none}" > ${opened}.new\nmv ${opened}.new ${opened}\n`,
    );
    await chmod(opener, 0o755);
    const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
    const login = startSluice(sluice.url, ['login'], { XDG_CONFIG_HOME: home, PATH });
    const address = await addressIn(login);
    const text = await waitFor('the browser to be opened', () => readFile(opened, 'utf8').catch(() => undefined));
    expect(text).toBe(`1\n${address}\nnone\n`);
    login.interrupt();
    expect((await login.ended).exitCode).toBe(130);
  });

  test('takes nothing from others who come to its port', async () => {
    const login = start('login', '--no-browser');
    const { searchParams } = new URL(await addressIn(login));
    const [port, state] = [searchParams.get('port') ?? '', searchParams.get('state') ?? ''];
    const own = `http://127.0.0.1:${port}`;
    expect((await fetch(`${own}/?code=stolen&state=guessed`)).status).toBe(404);
    expect((await fetch(`${own}/?code=stolen`)).status).toBe(404);
    expect((await fetch(`${own}/?code=stolen&state=${state}`, { method: 'POST' })).status).toBe(404);
    // Who knows the state can end the login, but not make another of it: the code is not one of the server.
    expect((await fetch(`${own}/?code=invented&state=${state}`)).status).toBe(200);
    expect(await login.ended).toMatchObject({ exitCode: 3, error: expect.stringContaining('The code is not known') });
  });

  test('says when the login has ended by itself, and when nobody can log in', async () => {
    await mkdir(path.dirname(credentials()), { recursive: true });
    const expiresAt = '2020-01-01T00:00:00.000Z';
    const servers = { [sluice.url]: { token: 'slc_old', expiresAt } };
    await writeFile(credentials(), JSON.stringify({ servers }), { mode: 0o600 });
    expect(await run('nodes', 'list')).toEqual({
      exitCode: 3,
      out: '',
      error: `Error: Your login at ${sluice.url} ended at ${expiresAt}.\n→ Run \`sluice login\` again.\n`,
    });
    await chmod(credentials(), 0o644);
    expect((await run('nodes', 'list')).error).toContain(`chmod 600 ${credentials()}`);
    const nowhere = await run('login', '--server', 'http://127.0.0.1:19');
    expect(nowhere).toMatchObject({ exitCode: 2 });
    await rm(credentials());
    expect(await run('login', '--server', 'http://127.0.0.1:19')).toMatchObject({ exitCode: 7 });
  });
});

describe('the code', () => {
  const CHALLENGED = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(CHALLENGED).digest('base64url');
  const address = (port = '45678', state = 's'.repeat(22), given = challenge) =>
    `${sluice.url}/auth/cli?port=${port}&challenge=${given}&state=${state}`;

  async function codeOf(): Promise<string> {
    const { browser, page } = await logInUpToQuestion(address());
    const { url, headers } = await answer(browser, page, 'allow', { stopAt: ({ port }) => port === '45678' });
    expect(headers.get('location')).toBe(url.href);
    expect(url.origin).toBe('http://127.0.0.1:45678');
    return url.searchParams.get('code') ?? '';
  }

  async function exchange(body: unknown): Promise<string> {
    const response = await fetch(`${sluice.url}/auth/cli/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answered: { readonly code?: string; readonly token?: string } = JSON.parse(await response.text());
    return `${response.status} ${answered.code ?? typeof answered.token}`;
  }

  test('works once, and only with its verifier', async () => {
    const code = await codeOf();
    expect(await exchange({ code, verifier: CHALLENGED })).toBe('200 string');
    expect(await exchange({ code, verifier: CHALLENGED })).toBe('400 login-code-invalid');
    const stolen = await codeOf();
    expect(await exchange({ code: stolen, verifier: 'x'.repeat(43) })).toBe('400 login-code-invalid');
    expect(await exchange({ code: stolen, verifier: CHALLENGED })).toBe('400 login-code-invalid');
    expect(await exchange({ code: stolen })).toBe('400 invalid-request');
    expect(await exchange(null)).toBe('400 invalid-request');
  });

  test.each([
    ['a port of the system', () => address('22')],
    ['a port that is none', () => address('99999')],
    ['a host instead of a port', () => address('45678@evil.example')],
    ['a short state', () => address('45678', 'short')],
    ['a challenge that is none', () => address('45678', 's'.repeat(22), 'plain')],
  ])('is not given for %s', async (_name, given) => {
    const { status, text } = await new Browser().visit(given());
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining('invalid-request') });
  });

  test('is given only by the person, on the page that they were shown, and the page cannot be framed or scripted', async () => {
    const { browser, page } = await logInUpToQuestion(address());
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:45678; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(page.text).not.toMatch(/<script|\son\w+=|style=/u);
    const confirmation = /name="confirmation" value="([\w-]+)"/u.exec(page.text)?.[1] ?? '';
    const post = async (from: Browser, fields: Readonly<Record<string, string>>, origin: string) => {
      const stopAt = () => true;
      const headers = { origin };
      const body = new URLSearchParams(fields);
      return (await from.visit(`${sluice.url}/auth/cli/confirm`, { method: 'POST', body, headers, stopAt })).status;
    };
    expect(await post(browser, { decision: 'allow' }, sluice.url)).toBe(400);
    expect(await post(browser, { decision: 'allow', confirmation: 'guessed' }, sluice.url)).toBe(400);
    expect(await post(browser, { decision: 'allow', confirmation }, 'https://evil.example')).toBe(400);
    expect(await post(new Browser(), { decision: 'allow', confirmation }, sluice.url)).toBe(400);
    const copied = new Browser();
    for (const [host, own] of browser.cookies) copied.cookies.set(host, new Map(own));
    expect(await post(browser, { decision: 'allow', confirmation }, sluice.url)).toBe(303);
    expect(await post(browser, { decision: 'allow', confirmation }, sluice.url)).toBe(400);
    // A cookie that somebody kept from before answers nothing a second time.
    expect(await post(copied, { decision: 'allow', confirmation }, sluice.url)).toBe(400);
  });

  test('somebody who may not use the server gets none', async () => {
    sluice.provider.account = { sub: 'eve', claims: { email: 'eve@example.com', groups: [] } };
    const { page } = await logInUpToQuestion(address());
    expect({ status: page.status, text: page.text }).toMatchObject({
      status: 403,
      text: expect.stringContaining('you are in no group'),
    });
  });
});
