/** What a load balancer sees on real sockets. */
import { connect, createServer } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { listen } from './listen.ts';
import { Rotation } from './rotation.ts';

let opened: Rotation[] = [];

afterEach(async () => {
  for (const rotation of opened) await rotation.close();
  opened = [];
});

const silent = pino({ level: 'silent' });
const NOTHING = { agentCheck: null, http: null, weight: null, haproxy: null };
const anyPort = { host: '127.0.0.1', port: 0 };

async function open(weight: { readonly sessionsMax: number } | null = null): Promise<Rotation> {
  const rotation = await Rotation.open({ ...NOTHING, agentCheck: anyPort, http: anyPort, weight }, silent);
  opened.push(rotation);
  return rotation;
}

function ask(port: number | null, says = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port ?? 0, '127.0.0.1');
    let answer = '';
    if (says !== '') socket.write(says);
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

describe('the agent-check', () => {
  test('says one line and closes; up goes with ready, since only up undoes down', async () => {
    const rotation = await open();
    const { agentCheck } = rotation.ports;
    expect(await ask(agentCheck)).toBe('drain\n');
    rotation.set('ready', 'active');
    expect(await ask(agentCheck)).toBe('ready up\n');
    rotation.set('maint', 'restarting');
    expect(await ask(agentCheck, 'agent-send text\n')).toBe('maint\n');
    rotation.set('down', 'the workload is not healthy');
    expect(await ask(agentCheck)).toBe('down\n');
  });

  test('tells the weight by the sessions, never zero, and only with ready', async () => {
    const rotation = await open({ sessionsMax: 40 });
    const { agentCheck } = rotation.ports;
    rotation.set('ready', 'active');
    expect(await ask(agentCheck)).toBe('ready up\n');
    for (const [sessions, answer] of [
      [0, 'ready up 100%\n'],
      [10, 'ready up 75%\n'],
      [40, 'ready up 1%\n'],
      [400, 'ready up 1%\n'],
      // Not known any more: the balancer keeps what it has.
      [null, 'ready up\n'],
    ] as const) {
      rotation.setSessions(sessions);
      expect(await ask(agentCheck)).toBe(answer);
    }
    rotation.setSessions(10);
    rotation.set('drain', 'kernel update');
    expect(await ask(agentCheck)).toBe('drain\n');
  });

  test('survives clients that vanish', async () => {
    const rotation = await open();
    const { agentCheck } = rotation.ports;
    for (let client = 0; client < 20; client += 1) {
      const socket = connect(agentCheck ?? 0, '127.0.0.1');
      await new Promise((resolve) => {
        socket.once('connect', resolve);
      });
      socket.resetAndDestroy();
    }
    expect(await ask(agentCheck)).toBe('drain\n');
  });
});

describe('GET /ready', () => {
  test('is 200 in rotation, else 503 with the reason', async () => {
    const rotation = await open();
    const url = `http://127.0.0.1:${rotation.ports.http}`;
    const starting = await fetch(`${url}/ready`);
    expect([starting.status, await starting.json()]).toEqual([
      503,
      { ready: false, state: 'drain', reason: 'the agent is starting' },
    ]);
    rotation.set('ready', 'active');
    const ready = await fetch(`${url}/ready?by=nginx`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true }]);
    expect((await fetch(`${url}/ready`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/ready`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/`)).status).toBe(404);
  });
});

describe('opening', () => {
  test('neither endpoint is needed', async () => {
    const rotation = await Rotation.open(NOTHING, silent);
    expect(rotation.ports).toEqual({ agentCheck: null, http: null });
    await rotation.close();
  });

  test('a port in use is an error that names the setting, and leaves nothing open', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const address = other.address();
    const taken = { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
    try {
      await expect(Rotation.open({ ...NOTHING, agentCheck: anyPort, http: taken }, silent)).rejects.toThrow(
        `rotation.http: 127.0.0.1:${taken.port} is in use`,
      );
      await expect(Rotation.open({ ...NOTHING, agentCheck: { host: '192.0.2.1', port: 0 } }, silent)).rejects.toThrow(
        'rotation.agentCheck: 192.0.2.1:0 is no address of this machine',
      );
    } finally {
      other.close();
    }
  });

  test('a connection that cannot be accepted later does not end the agent', async () => {
    const server = createServer();
    await listen(server, anyPort, 'rotation.http');
    try {
      // What Node.js emits when there is no file descriptor left; without a listener it would be thrown.
      for (let time = 0; time < 2; time += 1) expect(server.emit('error', new Error('accept EMFILE'))).toBe(true);
    } finally {
      server.close();
    }
  });
});
