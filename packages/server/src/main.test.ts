/** Starting and stopping: what cannot start leaves nothing behind, and no secret that nobody has seen. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadServerConfig } from './config.ts';
import { startServer } from './main.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-start-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function config(listen: string, env: Readonly<Record<string, string>> = {}) {
  const loaded = loadServerConfig({ flags: { listen, data: directory, logLevel: 'silent' }, env });
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.config;
}

test('a port that is taken is said; the next start has the directory, and shows the tokens', async () => {
  // Timers and the lock of the data directory once kept such a process alive, and its tokens were kept but never shown.
  const occupant = createServer();
  const port = await new Promise<number>((resolve) => {
    occupant.listen(0, '127.0.0.1', () => {
      const address = occupant.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await expect(startServer(config(`127.0.0.1:${port}`))).rejects.toMatchObject({
    message: expect.stringContaining('is in use by another program'),
    cause: expect.objectContaining({ code: 'EADDRINUSE' }),
  });
  await new Promise((resolve) => occupant.close(resolve));

  const server = await startServer(config('127.0.0.1:0'));
  const token = server.newAdminToken ?? '';
  expect(token).toMatch(/^slc_[\w-]{43}$/u);
  await server.stop();

  const again = await startServer(config('127.0.0.1:0'));
  expect(again.newAdminToken).toBeNull();
  expect((await fetch(`${again.url}/api/v1/nodes`, { headers: { authorization: token } })).status).toBe(200);
  expect((await fetch(`${again.url}/api/v1/nodes`, { headers: { authorization: `${token}x` } })).status).toBe(401);
  await again.stop();
});

test('browsers that logged in with an admin token are out when the configuration gives another', async () => {
  const [old, next] = ['slc_old-admin-token-0123456789', 'slc_new-admin-token-0123456789'];
  const askAs = async (url: string, cookie: string) =>
    (await fetch(`${url}/auth/session`, { headers: { cookie } })).status;
  const server = await startServer(config('127.0.0.1:0', { SLUICE_ADMIN_TOKEN: old }));
  const login = await fetch(`${server.url}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: old }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  await server.stop();

  const same = await startServer(config('127.0.0.1:0', { SLUICE_ADMIN_TOKEN: old }));
  expect(await askAs(same.url, cookie)).toBe(200);
  await same.stop();

  for (const env of [{ SLUICE_ADMIN_TOKEN: next }, {}]) {
    const other = await startServer(config('127.0.0.1:0', env));
    expect(await askAs(other.url, cookie)).toBe(401);
    await other.stop();
  }
});

test('the first start has a link into the dashboard, once; without a dashboard there is none', async () => {
  const bare = await startServer({ ...config('127.0.0.1:0'), dashboardDirectory: null });
  expect(bare.newAdminToken).not.toBeNull();
  expect(bare.newLoginPath).toBeNull();
  await bare.stop();
  await rm(directory, { recursive: true });

  const built = path.join(directory, 'dashboard');
  await mkdir(path.join(built, 'assets'), { recursive: true });
  await writeFile(path.join(built, 'index.html'), '');
  const server = await startServer({ ...config('127.0.0.1:0'), dashboardDirectory: built });
  const code = /^\/login#code=(.+)$/u.exec(server.newLoginPath ?? '')?.[1];
  const statuses = [];
  for (let time = 1; time <= 2; time += 1) {
    const { status } = await fetch(`${server.url}/auth/link`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    statuses.push(status);
  }
  expect(statuses).toEqual([200, 400]);
  await server.stop();

  const again = await startServer({ ...config('127.0.0.1:0'), dashboardDirectory: built });
  expect(again.newLoginPath).toBeNull();
  await again.stop();
});
