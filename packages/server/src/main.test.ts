/** Starting and stopping: what cannot start leaves nothing behind, and no secret that nobody has seen. */
import { mkdtemp, rm } from 'node:fs/promises';
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

function config(listen: string) {
  const loaded = loadServerConfig({ flags: { listen, data: directory, logLevel: 'silent' }, env: {} });
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
