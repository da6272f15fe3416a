/** The sessions probe against workloads that lie, hang and break off: a number only where one was read. */
import { spawn } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import os from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { probeHealth } from './health.ts';
import { probeSessions } from './sessions.ts';

let servers: (Server | TcpServer)[] = [];
let sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  servers = [];
  sockets = [];
});

const context = { timeoutMs: 5000, environment: { PATH: process.env['PATH'] ?? '' }, cwd: os.tmpdir() };

/** @param host Absent: on all addresses, IPv6 too where there is any. */
async function listen(server: Server | TcpServer, host?: string): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, ...(host === undefined ? {} : { host }) }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function workload(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(answer), '127.0.0.1')}/stats`;
}

async function answering(body: string, status = 200): Promise<string> {
  return workload((_, response) => response.writeHead(status).end(body));
}

describe('over HTTP', () => {
  test('reads the number at the pointer', async () => {
    const url = await answering('{"stats": {"players": 12}}');
    expect(await probeSessions({ kind: 'http', url, pointer: '/stats/players' }, context)).toEqual({
      ok: true,
      sessions: 12,
    });
  });

  test('counts an array, and names the sessions in it, the longest first', async () => {
    const url = await answering(
      '{"sessions": [{"id": "a", "ageMs": 5}, {"id": 7, "ageMs": 90.4}, {"name": "no id"}, "text", {"id": "b", "ageMs": "old"}]}',
    );
    expect(await probeSessions({ kind: 'http', url, pointer: '/sessions' }, context)).toEqual({
      ok: true,
      sessions: 5,
      blockers: [{ id: '7', ageMs: 90 }, { id: 'a', ageMs: 5 }, { id: 'b' }],
    });
  });

  test('names at most a hundred', async () => {
    const url = await answering(JSON.stringify(Array.from({ length: 300 }, (_, id) => ({ id: 'x'.repeat(300) + id }))));
    const reading = await probeSessions({ kind: 'http', url, pointer: '' }, context);
    expect(reading).toMatchObject({ ok: true, sessions: 300 });
    expect(reading.ok && reading.blockers?.length).toBe(100);
    expect(reading.ok && reading.blockers?.[0]?.id.length).toBe(256);
  });

  test.each([
    ['{"players": -1}', 'answered players = -1, expected a whole number of 0 or more.'],
    ['{"players": 1.5}', 'answered players = 1.5, expected a whole number of 0 or more.'],
    ['{"players": "12"}', 'answered players = "12", expected a whole number of 0 or more.'],
    ['{"players": null}', 'answered players = null, expected a whole number of 0 or more.'],
    ['{"players": 1e300}', 'answered players = 1e+300, expected'],
    ['{"gamers": 3}', 'answered nothing at /players: {"gamers": 3}'],
    ['<h1>It works!</h1>', 'answered no JSON: <h1>It works!</h1>'],
    ['', 'answered no JSON'],
    [`{"players": 3, "filler": "${'x'.repeat(300_000)}"}`, 'answered more than 256 KiB'],
  ])('%.30s is no number of sessions', async (body, problem) => {
    const url = await answering(body);
    const reading = await probeSessions({ kind: 'http', url, pointer: '/players' }, context);
    expect(reading).toEqual({ ok: false, problem: expect.stringContaining(`GET ${url} ${problem}`) });
  });

  test('an error page and a redirect are no answer', async () => {
    const source = { kind: 'http', pointer: '/players' } as const;
    const broken = await answering('{"players": 0}', 500);
    expect(await probeSessions({ ...source, url: broken }, context)).toEqual({
      ok: false,
      problem: `GET ${broken} answered 500, expected 200 to 299.`,
    });
    const elsewhere = await answering('{"players": 0}');
    const moved = await workload((_, response) => response.writeHead(302, { location: elsewhere }).end());
    expect(await probeSessions({ ...source, url: moved }, context)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('302'),
    });
  });

  test('who hangs, trickles, breaks off or is not there is told as that, in time', async () => {
    const source = { kind: 'http', pointer: '/players' } as const;
    const short = { ...context, timeoutMs: 300 };
    const hanging = await workload(() => null);
    expect(await probeSessions({ ...source, url: hanging }, short)).toEqual({
      ok: false,
      problem: `GET ${hanging} did not answer within 300 ms.`,
    });
    const trickling = await workload((_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await probeSessions({ ...source, url: trickling }, short)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('within 300 ms'),
    });
    const breaking = await workload((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"players": 0', () => response.destroy());
    });
    expect(await probeSessions({ ...source, url: breaking }, context)).toMatchObject({ ok: false });
    expect(await probeSessions({ ...source, url: 'http://127.0.0.1:1/stats' }, context)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a workload that speaks no HTTP is told as that', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('220 smtp.example ESMTP\r\n')));
    const reading = await probeSessions({ kind: 'http', url: `http://127.0.0.1:${port}/`, pointer: '' }, context);
    expect(reading).toMatchObject({ ok: false, problem: expect.stringContaining('failed') });
  });

  test('a probe that is given up says so', async () => {
    const url = await workload(() => null);
    const controller = new AbortController();
    const reading = probeSessions({ kind: 'http', url, pointer: '' }, { ...context, signal: controller.signal });
    controller.abort();
    expect(await reading).toMatchObject({ ok: false, problem: expect.stringContaining('given up') });
  });
});

describe('by command', () => {
  const command = (source: string) => ({ kind: 'exec', command: [process.execPath, '-e', source] }) as const;

  test('the last line is the number', async () => {
    expect(await probeSessions(command("console.log('counting\\n 42 \\n')"), context)).toEqual({
      ok: true,
      sessions: 42,
    });
  });

  test.each([
    ["console.log('many')", 'printed many as its last line'],
    ["console.log('-3')", 'printed -3 as its last line'],
    ['', 'printed nothing as its last line'],
    ["console.log('5'); process.exit(2)", 'exited with code 2'],
  ])('%s is no number', async (source, problem) => {
    expect(await probeSessions(command(source), context)).toEqual({
      ok: false,
      problem: expect.stringContaining(problem),
    });
  });
});

describe('by port', () => {
  function client(port: number): void {
    // From another process: connections of this one are the agent's own.
    const child = spawn(
      process.execPath,
      ['-e', `const s = require('node:net').connect(${port}, '127.0.0.1'); s.on('close', () => process.exit())`],
      { stdio: 'ignore' },
    );
    closers.push(() => child.kill('SIGKILL'));
  }
  const closers: (() => void)[] = [];

  test('counts established connections, IPv4 on a socket for both too, and not those of the agent itself', async () => {
    const port = await listen(createTcpServer());
    try {
      expect(await probeSessions({ kind: 'tcp-port', port }, context)).toEqual({ ok: true, sessions: 0 });
      sockets.push(connect(port, '127.0.0.1'));
      client(port);
      client(port);
      await expect
        .poll(() => probeSessions({ kind: 'tcp-port', port }, context), { timeout: 10_000 })
        .toEqual({ ok: true, sessions: 2 });
      expect(await probeHealth({ kind: 'tcp', host: '127.0.0.1', port }, context)).toEqual({ healthy: true });
      expect(await probeSessions({ kind: 'tcp-port', port }, context)).toEqual({ ok: true, sessions: 2 });
    } finally {
      for (const close of closers) close();
    }
    await expect
      .poll(() => probeSessions({ kind: 'tcp-port', port }, context), { timeout: 10_000 })
      .toEqual({ ok: true, sessions: 0 });
  });
});
