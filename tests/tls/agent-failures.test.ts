/** An agent that cannot connect for reasons of TLS says which, and never connects with less than it was told to. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentTls } from '../../packages/agent/src/config.ts';
import { connectWebSocket } from '../../packages/agent/src/session/web-socket.ts';
import { type Issued, issue, newAuthority } from './certificates.ts';

let directory: string;
let authority: Issued;
let requests: number;
let servers: Server[];
const inDirectory = (name: string) => path.join(directory, name);

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-agent-tls-'));
  authority = await newAuthority('the authority');
  requests = 0;
  servers = [];
  const other = await issue(authority, 'other');
  const one = await issue(authority, 'one');
  await writeFile(inDirectory('authority.crt'), authority.cert);
  await writeFile(inDirectory('one.crt'), one.cert);
  await writeFile(inDirectory('other.key'), other.key);
  await writeFile(inDirectory('text'), 'no certificate');
});

afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(directory, { recursive: true, force: true });
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** One try, to its end. @returns What was logged for a person. */
async function tryToConnect(port: number, tls: Partial<AgentTls>): Promise<string> {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const connect = connectWebSocket(() => null, { serverCa: null, own: null, ...tls }, logger);
  await new Promise<void>((resolve) => {
    const nothing = () => undefined;
    connect(`https://127.0.0.1:${port}`, {
      received: nothing,
      ponged: nothing,
      refused: nothing,
      closed: () => resolve(),
    });
  });
  return lines.join('');
}

async function tlsServer(): Promise<number> {
  const own = await issue(authority, 'server.example');
  return portOf(
    createServer(own, (_request, response) => {
      requests += 1;
      response.end();
    }).on('upgrade', (_request, socket) => {
      requests += 1;
      socket.destroy();
    }),
  );
}

test.each(['missing', 'text'])(
  'an authority that cannot be read (%s) is not replaced by those of the machine',
  async (file) => {
    expect(await tryToConnect(await tlsServer(), { serverCa: inDirectory(file) })).toContain('server-not-trusted');
    expect(requests).toBe(0);
  },
);

test.each([
  ['one.crt', 'other.key'],
  ['text', 'other.key'],
  ['one.crt', 'text'],
])(
  'a certificate of its own that cannot be used (%s, %s) is said, and the next try reads it again',
  async (cert, key) => {
    const port = await tlsServer();
    const tls = { serverCa: inDirectory('authority.crt'), own: { cert: inDirectory(cert), key: inDirectory(key) } };
    expect(await tryToConnect(port, tls)).toContain('certificate-unusable');
    expect(requests).toBe(0);
    const renewed = await issue(authority, 'one');
    await writeFile(inDirectory(cert), renewed.cert);
    await writeFile(inDirectory(key), renewed.key);
    expect(await tryToConnect(port, tls)).toBe('');
    expect(requests).toBe(1);
  },
);

test('a server that speaks no TLS is not called untrusted', async () => {
  const log = await tryToConnect(await portOf(createHttpServer()), { serverCa: inDirectory('authority.crt') });
  expect(log).toContain('server-speaks-no-tls');
  expect(log).not.toContain('server-not-trusted');
});
