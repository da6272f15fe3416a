/** The real socket: a machine that answers no connection is given up long before a server would be. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { connectWebSocket } from './web-socket.ts';

const sockets: Socket[] = [];
let child: ChildProcess | null = null;

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  child?.kill('SIGKILL');
});

/** A port at which nothing takes a connection any more, as where a machine is gone: a frozen process with a full queue. */
async function silentPort(): Promise<number> {
  const program =
    "const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))";
  const frozen = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  child = frozen;
  const [said]: readonly unknown[] = await once(frozen.stdout, 'data');
  const port = Number(String(said));
  frozen.kill('SIGSTOP');
  while (await connects(port)) expect(sockets.length).toBeLessThan(200);
  return port;
}

/** Whether a connection is made, which is a matter of microseconds on one machine. */
async function connects(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.setTimeout(500, () => resolve(false));
    socket.once('connect', () => resolve(true));
  });
}

test('a machine that is gone costs five seconds, and the agent goes on', async () => {
  const port = await silentPort();
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  const startedAt = performance.now();
  const connectTo = connectWebSocket(() => null, { serverCa: null, own: null }, logger);
  const code = await new Promise<number>((resolve) => {
    const nothing = () => undefined;
    connectTo(`http://127.0.0.1:${port}`, { received: nothing, ponged: nothing, refused: nothing, closed: resolve });
  });
  expect(code).toBe(1006);
  expect(performance.now() - startedAt).toBeLessThan(12_000);
  expect(lines.join('')).toContain('no TCP connection within 5000 ms');
}, 60_000);
