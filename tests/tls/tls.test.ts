/** TLS with real certificates: server, agent process and command line; reloaded, pinned, refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { connect as tlsConnect, type PeerCertificate } from 'node:tls';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL } from '@sluice/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { stringify } from 'yaml';
import { helloOf } from '../../packages/server/src/http/agent-hello-under-test.ts';
import { agentKeyUnderTest } from '../../packages/server/src/http/agent-key-under-test.ts';
import { loadServerConfig } from '../../packages/server/src/config.ts';
import { type RunningServer, startServer } from '../../packages/server/src/main.ts';
import { freePort } from '../end-to-end/fleet-under-test.ts';
import { startAgentProcess } from './agent-process.ts';
import { type Ended, startSluice } from '../end-to-end/sluice-process.ts';
import { waitFor } from '../wait-for.ts';
import { type Issued, issue, newAuthority } from './certificates.ts';

const TOKEN = 'slc_test-admin-token-0123456789abcdefghijklmnop';
const JOIN_TOKEN = 'slc_test-join-token-0123456789abcdefghijklmnop';

// Each of them starts some ten processes, one after the other, on a machine that is busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let directory: string;
let authority: Issued;
let stranger: Issued;
let server: RunningServer;
const endings: (() => Promise<unknown>)[] = [];

const inDirectory = (name: string) => path.join(directory, name);

async function put(name: string, { cert, key }: Issued): Promise<void> {
  await writeFile(inDirectory(`${name}.crt`), cert);
  await writeFile(inDirectory(`${name}.key`), key, { mode: 0o600 });
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-tls-'));
  [authority, stranger] = await Promise.all([newAuthority('the authority'), newAuthority('a stranger')]);
  await put('authority', authority);
  await put('stranger', stranger);
  await put('server', await issue(authority, 'server.example'));
  await writeFile(
    inDirectory('server.yaml'),
    stringify({ tls: { cert: 'server.crt', key: 'server.key', clientCa: 'authority.crt' } }),
  );
  const loaded = loadServerConfig({
    flags: { config: inDirectory('server.yaml'), listen: '127.0.0.1:0', data: inDirectory('data'), logLevel: 'silent' },
    env: { SLUICE_ADMIN_TOKEN: TOKEN, SLUICE_JOIN_TOKEN: JOIN_TOKEN },
  });
  if (!loaded.ok) throw new Error(loaded.message);
  server = await startServer(loaded.config);
});

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** What a new connection sees: the server's certificate, or why there is none. */
function handshake(options: object = {}): Promise<PeerCertificate | Error> {
  const { port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = tlsConnect({ host: '127.0.0.1', port: Number(port), ca: authority.cert, ...options }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on('error', resolve);
  });
}

function sluice(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startSluice(server.url, args, { SLUICE_TOKEN: TOKEN, ...env }).ended;
}

interface Agent {
  readonly socket: WebSocket;
  readonly kinds: readonly string[];
  readonly closed: () => string | null;
}

/** An agent that is played: with its own certificate, or with a key and a join token. */
function played(nodeId: string, own: Issued | null): Agent {
  const socket = new WebSocket(`${server.url.replace('https', 'wss')}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, {
    ca: authority.cert,
    ...(own === null ? { headers: { authorization: `Bearer ${JOIN_TOKEN}` } } : own),
  });
  endings.push(async () => socket.terminate());
  const kinds: string[] = [];
  let closed: string | null = null;
  socket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    kinds.push(/"kind":"([^"]+)"/u.exec(text)?.[1] ?? '');
    const nonce = /"nonce":"([^"]+)"/u.exec(text)?.[1];
    if (nonce === undefined) return;
    const hello = helloOf(nodeId, {}, agentKeyUnderTest()('hello', nonce, nodeId));
    socket.send(JSON.stringify(own === null ? hello : { ...hello, proof: null }));
  });
  socket.on('error', () => undefined);
  socket.on('close', (code, reason) => {
    closed = `${code} ${reason.toString()}`;
  });
  return { socket, kinds, closed: () => closed };
}

function outcome({ kinds, closed }: Agent): Promise<string> {
  return waitFor('the answer to the hello', () => (kinds.includes('welcome') ? 'in' : (closed() ?? undefined)));
}

describe('the server', () => {
  test('speaks TLS 1.2 and newer, and nothing in the clear', async () => {
    expect(server.url).toMatch(/^https:/u);
    expect(await handshake()).toMatchObject({ subject: { CN: 'server.example' } });
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toMatchObject({ subject: { CN: 'server.example' } });
    expect(
      await handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).toBeInstanceOf(Error);
    expect(await handshake({ ca: stranger.cert })).toBeInstanceOf(Error);
    await expect(fetch(server.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
    const healthy = await sluice(['server', 'status'], { SLUICE_SERVER_CA: inDirectory('authority.crt') });
    expect(healthy).toMatchObject({ exitCode: 0 });
  });

  test('takes a new certificate without dropping a session, and keeps the old one when the new is none', async () => {
    const agent = played('n1', null);
    expect(await outcome(agent)).toBe('in');
    await put('server', await issue(authority, 'renewed.example'));
    process.emit('SIGHUP');
    expect(await handshake()).toMatchObject({ subject: { CN: 'renewed.example' } });
    await writeFile(inDirectory('server.key'), stranger.key);
    process.emit('SIGHUP');
    expect(await handshake()).toMatchObject({ subject: { CN: 'renewed.example' } });
    await put('server', await issue(authority, 'again.example'));
    await waitFor('the files to be looked at by themselves', async () => {
      const seen = await handshake();
      return !(seen instanceof Error) && seen.subject.CN === 'again.example';
    });
    expect(agent.closed()).toBeNull();
    agent.socket.send(JSON.stringify({ kind: 'heartbeat' }));
    expect(
      (await sluice(['nodes', 'list', '-o', 'name'], { SLUICE_SERVER_CA: inDirectory('authority.crt') })).out,
    ).toBe('n1\n');
  });

  test.each([
    [{ cert: 'missing.crt', key: 'server.key' }, 'tls.cert: .*missing.crt cannot be read'],
    [{ cert: 'server.crt', key: 'stranger.key' }, 'tls.key: .* is not the key of the certificate'],
    [{ cert: 'server.yaml', key: 'server.key' }, 'tls.cert: .* is no certificate in PEM form'],
    [{ cert: 'server.crt', key: 'server.crt' }, 'tls.key: .* is no private key'],
    [{ cert: 'server.crt', key: 'server.key', clientCa: 'server.key' }, 'tls.clientCa: .* is no certificate'],
  ])('does not start with %j, and says why', async (tls, words) => {
    await writeFile(inDirectory('bad.yaml'), stringify({ tls }));
    const loaded = loadServerConfig({
      flags: { config: inDirectory('bad.yaml'), listen: '127.0.0.1:0', data: inDirectory('other'), logLevel: 'silent' },
      env: {},
    });
    expect(loaded.ok).toBe(true);
    if (loaded.ok) await expect(startServer(loaded.config)).rejects.toThrow(new RegExp(words, 'u'));
  });
});

describe('the command line', () => {
  test('pins the authority; whom it does not trust it does not speak to', async () => {
    const unpinned = await sluice(['nodes', 'list']);
    expect(unpinned).toMatchObject({ exitCode: 7 });
    expect(unpinned.error).toContain('--server-ca');
    expect(await sluice(['nodes', 'list', '--server-ca', inDirectory('stranger.crt')])).toMatchObject({ exitCode: 7 });
    expect(await sluice(['nodes', 'list', '--server-ca', inDirectory('authority.crt')])).toMatchObject({ exitCode: 0 });
    const missing = await sluice(['nodes', 'list', '--server-ca', inDirectory('nothing.crt')]);
    expect(missing).toMatchObject({ exitCode: 2, error: expect.stringContaining('nothing.crt cannot be read') });
    const events = startSluice(server.url, ['events', '--after', '0', '--server-ca', inDirectory('authority.crt')], {
      SLUICE_TOKEN: TOKEN,
    });
    await waitFor('an event over TLS', () => events.out().includes('TokenCreated'));
    events.interrupt();
    await events.ended;
  });
});

describe('an agent', () => {
  test('with a certificate in its node’s name needs no key and no token; with another it is not let in', async () => {
    expect(await outcome(played('n1', await issue(authority, 'n1')))).toBe('in');
    expect(await outcome(played('n2', await issue(authority, 'n1')))).toMatch(/^4001 the certificate speaks for n1/u);
    expect(await outcome(played('n3', await issue(stranger, 'n3')))).toMatch(/^4001 /u);
    expect(await outcome(played('n4', await issue(authority, 'n4', -1)))).toMatch(/^4001 /u);
  });

  test('whose certificate was revoked by its node is let in with one that was issued later only', async () => {
    const old = await issue(authority, 'n1');
    const agent = played('n1', old);
    expect(await outcome(agent)).toBe('in');
    expect(await sluice(['nodes', 'revoke', 'n1', '--server-ca', inDirectory('authority.crt')])).toMatchObject({
      exitCode: 0,
    });
    expect(await waitFor('the session to end', () => agent.closed() ?? undefined)).toMatch(/^4001 .*revoked/u);
    expect(await outcome(played('n1', old))).toMatch(/^4001 .*issued later/u);
  });

  test(
    'as a real process pins its server, shows its certificate, and says who it does not trust',
    { timeout: 60_000 },
    async () => {
      await put('node', await issue(authority, 'real-1'));
      const port = await freePort();
      const configOf = (serverCa: string) => ({
        server: server.url,
        serverCa,
        tls: { cert: 'node.crt', key: 'node.key' },
        node: { id: 'real-1', type: 'game-server', port },
        stateDir: 'state',
        onAgentStop: 'stop',
        workload: { driver: 'process', command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] },
      });
      await writeFile(inDirectory('agent.yaml'), stringify(configOf('stranger.crt')));
      const misled = startAgentProcess(inDirectory('agent.yaml'));
      await waitFor('the agent to say whom it does not trust', () => misled.output().includes('server-not-trusted'), {
        seen: misled.output,
      });
      await misled.stop();
      const agent = startAgentProcess(inDirectory('agent.yaml'), ['--server-ca', inDirectory('authority.crt')]);
      endings.push(() => agent.stop());
      await waitFor(
        'the node',
        async () =>
          (await sluice(['nodes', 'get', 'real-1', '--server-ca', inDirectory('authority.crt')])).exitCode === 0,
        { seen: agent.output },
      );
      const credentials = await sluice(['nodes', 'credentials', 'real-1', '--server-ca', inDirectory('authority.crt')]);
      // It came by its certificate: no key is enrolled.
      expect(credentials.out).toContain('no key');
    },
  );
});
