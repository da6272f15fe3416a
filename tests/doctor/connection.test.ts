/** `sluice doctor` on an operator's machine: each fault between it and a real server, made for real. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadServerConfig } from '../../packages/server/src/config.ts';
import { ADMIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { startServer } from '../../packages/server/src/main.ts';
import { runSluice } from '../../packages/cli/src/captured-terminal.ts';
import { ADMIN_TOKEN as FLEET_TOKEN, FleetUnderTest, freePort } from '../end-to-end/fleet-under-test.ts';
import { isInstalled } from '../started-program.ts';
import { issue, newAuthority } from '../tls/certificates.ts';
import { waitFor } from '../wait-for.ts';
import { startBadProxy, type Wrong } from './bad-proxy.ts';
import { doctor } from './examined.ts';

let server: ServerUnderTest;
let directory: string;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await ServerUnderTest.start();
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-doctor-'));
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

const here = (token: string | null = ADMIN_TOKEN, url = server.url.origin) => ({
  SLUICE_URL: url,
  ...(token === null ? {} : { SLUICE_TOKEN: token }),
});

async function behind(wrong: Wrong): Promise<string> {
  const proxy = await startBadProxy(server.url, wrong);
  endings.push(() => proxy.stop());
  return proxy.url;
}

/** The secret of a new token. */
async function tokenWith(fields: object): Promise<string> {
  const { json } = await server.ask('POST', '/api/v1/tokens', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'someone', role: 'operator', ...fields }),
  });
  return typeof json === 'object' && json !== null && 'secret' in json ? String(json.secret) : '';
}

test('where nothing is wrong it says so, and ends with 0', async () => {
  const { exitCode, findings } = await doctor([], here());
  expect(Object.keys(findings)).toEqual(['server', 'ready', 'encryption', 'clock', 'token', 'version', 'events']);
  expect(Object.values(findings).filter((finding) => !finding.startsWith('fine: '))).toEqual([]);
  expect(exitCode).toBe(0);
});

test('for people it is a line each, with the mend under it', async () => {
  const { exitCode, out } = await runSluice(['doctor'], { environment: here(null), homeDirectory: directory });
  expect(out).toMatch(
    /^✓ Server: http:\S+ answers in \d+ ms\.\n✓ Readiness: it can serve\.\n[^✗]*✗ Token: there is none\.\n {2}→ Run `sluice login`[^\n]*\n\n5 checks, 1 fault\.\n$/u,
  );
  expect(exitCode).toBe(1);
});

describe('the server', () => {
  test('does not listen there', async () => {
    const { exitCode, findings } = await doctor([], here(ADMIN_TOKEN, `http://127.0.0.1:${await freePort()}`));
    expect(findings['server']).toMatch(/^fault: .*nothing listens there\. → .*SLUICE_URL/u);
    expect(exitCode).toBe(1);
  });

  test('is something else', async () => {
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => other.close(resolve)));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { findings } = await doctor([], here(ADMIN_TOKEN, `http://127.0.0.1:${port}`));
    expect(findings['server']).toMatch(/^fault: .*not from a Sluice server/u);
  });

  test('speaks no TLS, and is asked in it', async () => {
    const url = server.url.origin.replace('http:', 'https:');
    const { findings } = await doctor([], here(ADMIN_TOKEN, url));
    expect(findings['server']).toBe(
      `fault: ${url} does not answer: what is there speaks no TLS. → Write ${server.url.origin}.`,
    );
  });

  test('speaks TLS: asked without, with an authority that nobody trusts, and with the right one', async () => {
    const authority = await newAuthority('the authority');
    const { cert, key } = await issue(authority, 'server.example');
    const file = (name: string) => path.join(directory, name);
    await writeFile(file('ca.crt'), authority.cert);
    await writeFile(file('s.crt'), cert);
    await writeFile(file('s.key'), key, { mode: 0o600 });
    await writeFile(file('server.yaml'), 'tls: { cert: s.crt, key: s.key }\nlogLevel: silent\n');
    const loaded = loadServerConfig({
      flags: { config: file('server.yaml'), listen: '127.0.0.1:0', data: file('data') },
      env: { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN },
    });
    if (!loaded.ok) throw new Error(loaded.message);
    const encrypted = await startServer(loaded.config);
    endings.push(() => encrypted.stop());
    const plain = encrypted.url.replace('https:', 'http:');
    const { findings } = await doctor([], here(ADMIN_TOKEN, plain));
    expect(findings['server']).toBe(
      `fault: ${plain} does not answer: what is there speaks TLS. → Write ${encrypted.url}.`,
    );
    const distrusted = await doctor([], here(ADMIN_TOKEN, encrypted.url));
    expect(distrusted.findings['server']).toMatch(/^fault: .*certificate.* → .*--server-ca FILE/u);
    const trusted = await doctor(['--server-ca', file('ca.crt')], here(ADMIN_TOKEN, encrypted.url));
    expect(trusted).toMatchObject({ exitCode: 0, findings: { encryption: expect.stringContaining('fine: ') } });
    const unreadable = await doctor(['--server-ca', file('none.crt')], here(ADMIN_TOKEN, encrypted.url));
    expect(unreadable.findings['server']).toMatch(/^fault: .*none\.crt cannot be read/u);
  });
});

test('a server that cannot write, for whatever reason, is not ready', { timeout: 60_000 }, async ({ skip }) => {
  if (!isInstalled('prlimit')) skip('prlimit is not installed');
  const fleet = await FleetUnderTest.start();
  try {
    execFileSync('prlimit', ['--pid', String(fleet.serverPid), '--fsize=0:']);
    await fleet.request('POST', '/api/v1/tokens', { name: 'unwritable', role: 'viewer' });
    const { exitCode, findings } = await doctor([], here(FLEET_TOKEN, fleet.url));
    expect(findings['ready']).toMatch(/^fault: .* → ./u);
    expect(exitCode).toBe(1);
    execFileSync('prlimit', ['--pid', String(fleet.serverPid), '--fsize=unlimited:']);
  } finally {
    await fleet.stop();
  }
});

describe('the token', () => {
  test.each([
    ['is not there', null, /^fault: there is none\. → .*sluice login/u],
    ['is not known', 'slc_someone-elses', /^fault: the server does not take it.* → .*sluice tokens create/u],
  ])('%s', async (_what, token, finding) => {
    const { exitCode, findings } = await doctor([], here(token), directory);
    expect(findings['token']).toMatch(finding);
    expect(exitCode).toBe(1);
  });

  test('has run out', async () => {
    const token = await tokenWith({ expiresIn: 1 });
    const seen = await waitFor('it to run out', async () => {
      const { findings } = await doctor([], here(token));
      return findings['token']?.startsWith('fault') === true && findings['token'];
    });
    expect(seen).toContain('has run out');
  });

  test('runs out soon, or may only look: it works, and is said', async () => {
    const soon = await doctor([], here(await tokenWith({ expiresIn: 3600 })));
    expect(soon.findings['token']).toMatch(/^warning: someone, operator of all nodes; it runs out in \S+/u);
    const viewer = await doctor([], here(await tokenWith({ role: 'viewer', selector: 'game=chess' })));
    expect(viewer.findings['token']).toMatch(/^warning: someone, viewer of nodes with game=chess: it sees/u);
    expect([soon.exitCode, viewer.exitCode]).toEqual([0, 0]);
  });

  test('is in a file that others can read', async () => {
    await mkdir(path.join(directory, '.config/sluice'), { recursive: true });
    const file = path.join(directory, '.config/sluice/config.yaml');
    await writeFile(file, 'token: slc_x\n', { mode: 0o644 });
    const { findings } = await doctor([], here(null), directory);
    await rm(file);
    expect(findings['settings']).toBe(
      `fault: ${file} holds a token and others on this machine can read it. → chmod 600 ${file}`,
    );
  });
});

describe('what is between', () => {
  test.each([
    ['ahead of', -3600_000],
    ['behind', 3600_000],
  ])('a clock that is %s', async (how, offMs) => {
    const url = await behind({ date: new Date(Date.now() + offMs).toUTCString() });
    const { exitCode, findings } = await doctor([], here(ADMIN_TOKEN, url));
    expect(findings['clock']).toMatch(
      new RegExp(`^warning: this machine is (1 h|60 min|59 min).* ${how} the server`, 'u'),
    );
    expect(exitCode).toBe(0);
  });

  test('a proxy that holds events back', async () => {
    const { findings } = await doctor([], here(ADMIN_TOKEN, await behind({ holdsBack: true })));
    expect(findings['events']).toMatch(/^warning: .*a proxy in between.* → .*proxy_buffering off/u);
  });

  test('a server of another version', async () => {
    const url = await behind({ body: (text) => text.replace(/"version":"\d+\.\d+/u, '"version":"0.9') });
    const { findings } = await doctor([], here(ADMIN_TOKEN, url));
    expect(findings['version']).toMatch(/^warning: this is 0\.1\.\d+, the server 0\.9/u);
  });

  const outside = Object.values(os.networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  test.skipIf(outside === undefined)('a network, without encryption', async () => {
    const url = await behind({ host: outside ?? '' });
    const { findings } = await doctor([], here(ADMIN_TOKEN, url));
    expect(findings['encryption']).toMatch(/^warning: .*in the clear.* → .*certificate/u);
  });
});
