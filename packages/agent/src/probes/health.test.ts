/** The health probe against real servers, ports and commands. */
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import os from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { probeHealth } from './health.ts';

let closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers) close();
  closers = [];
});

const context = { timeoutMs: 5000, environment: { PATH: process.env['PATH'] ?? '' }, cwd: os.tmpdir() };

async function portOf(server: ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('probeHealth', () => {
  test('http: healthy by status 2xx, else not', async () => {
    const port = await portOf(
      createServer((request, response) => response.writeHead(request.url === '/healthz' ? 204 : 503).end()),
    );
    expect(await probeHealth({ kind: 'http', url: `http://127.0.0.1:${port}/healthz` }, context)).toEqual({
      healthy: true,
    });
    expect(await probeHealth({ kind: 'http', url: `http://127.0.0.1:${port}/` }, context)).toEqual({
      healthy: false,
      problem: `The health check GET http://127.0.0.1:${port}/ answered 503, expected 200 to 299.`,
    });
  });

  test('tcp: healthy when a connection is accepted', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    const port = await portOf(server);
    expect(await probeHealth({ kind: 'tcp', host: '127.0.0.1', port }, context)).toEqual({ healthy: true });
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await probeHealth({ kind: 'tcp', host: '127.0.0.1', port }, context)).toMatchObject({
      healthy: false,
      problem: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('exec: healthy when it exits with 0', async () => {
    const check = (source: string) => probeHealth({ kind: 'exec', command: [process.execPath, '-e', source] }, context);
    expect(await check('')).toEqual({ healthy: true });
    expect(await check("console.log('no database'); process.exit(1)")).toMatchObject({
      healthy: false,
      problem: expect.stringMatching(/exited with code 1; its last output: no database\.$/u),
    });
  });
});
