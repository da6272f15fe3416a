/** Limits over real sockets: who asks too much is refused and slowed down, and nobody else notices. */
import { connect, type Socket } from 'node:net';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL } from '@sluice/contract';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../../../../tests/wait-for.ts';
import { StreamReader } from './read-stream.ts';
import type { LimitSettings } from '../limits/limit-settings.ts';
import { ADMIN_TOKEN, type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest | null = null;
const sockets: (Socket | WebSocket)[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0))
    if (socket instanceof WebSocket) socket.terminate();
    else socket.destroy();
  await server?.stop();
  server = null;
});

async function start(limits: Partial<LimitSettings>): Promise<ServerUnderTest> {
  server = await ServerUnderTest.start(undefined, { limits });
  return server;
}

function times<T>(count: number, ask: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, ask));
}

function countsOf(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test('a token that asks too much is told when to come back, late; another one is not affected', async () => {
  const under = await start({ requestsPerSecond: 1, requestsBurst: 12 });
  const { text } = await under.ask('POST', '/api/v1/tokens', {
    body: JSON.stringify({ name: 'other', role: 'viewer' }),
    headers: { 'content-type': 'application/json' },
  });
  const other = /"secret":"([^"]+)"/u.exec(text)?.[1] ?? '';
  const startedAt = performance.now();
  const answers = await times(30, () => under.ask('GET', '/api/v1/nodes'));
  expect(countsOf(answers)).toEqual({ 200: 10, 429: 20 });
  const refused = answers.find(({ status }) => status === 429);
  expect(refused).toMatchObject({ json: { code: 'too-many-requests', detail: expect.stringContaining('admin') } });
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(performance.now() - startedAt).toBeGreaterThan(500);
  expect(await under.ask('GET', '/api/v1/nodes', { token: other })).toMatchObject({ status: 200 });
  await waitFor('the budget to come back', async () => (await under.ask('GET', '/api/v1/whoami')).status === 200);
});

test('whoever has no valid token has little, and takes it from nobody who has one', async () => {
  const under = await start({ anonymousPerSecond: 1, anonymousBurst: 5 });
  const guesses = await times(20, () => under.ask('GET', '/api/v1/nodes', { token: 'slc_guess' }));
  expect(countsOf(guesses)).toEqual({ 401: 5, 429: 15 });
  const lost = await times(5, () => under.ask('GET', '/nowhere', { token: null }));
  expect(lost.map(({ status }) => status)).toContain(429);
  expect(await under.ask('GET', '/api/v1/nodes')).toMatchObject({ status: 200 });
});

test('large answers count for more', async () => {
  const under = await start({ requestsPerSecond: 1, requestsBurst: 100 });
  for (let count = 0; count < 80; count += 1)
    await under.addNode(`n${count}`, { labels: { padding: 'x'.repeat(250), more: 'y'.repeat(250) } });
  const { text } = await under.ask('GET', '/api/v1/nodes');
  expect(text.length).toBeGreaterThan(60_000);
  const answers = await times(40, () => under.ask('GET', '/api/v1/nodes'));
  const passed = countsOf(answers)[200] ?? 0;
  expect(passed).toBeGreaterThan(10);
  expect(passed).toBeLessThan(40);
});

test('an address has so many connections, and the rest is closed at once', async () => {
  const under = await start({ connectionsPerAddress: 10 });
  const closed: boolean[] = [];
  for (let index = 0; index < 15; index += 1) {
    const socket = connect(Number(under.url.port), under.url.hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => closed.push(true));
  }
  await waitFor('the last five to be closed', () => closed.length === 5);
  for (const socket of sockets.splice(0)) if (!(socket instanceof WebSocket)) socket.destroy();
  const status = await waitFor('room for another', async () => {
    const answer = await under.ask('GET', '/healthz').catch(() => null);
    return answer?.status;
  });
  expect(status).toBe(200);
});

test('whoever sends hundreds of requests at once on one connection loses it, and gets no other for a while', async () => {
  const under = await start({ shutOutSeconds: 2 });
  const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  // So many are fine.
  const few = await under.send(`${request.repeat(9)}GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(few.split('HTTP/1.1 200').length - 1).toBe(10);
  const many = await under.send(request.repeat(700)).catch((error: unknown) => String(error));
  expect(many.split('HTTP/1.1 200').length).toBeLessThan(100);
  await expect(under.ask('GET', '/healthz')).rejects.toThrow(/closed|ECONNRESET|hang up/u);
  const status = await waitFor('the address to be let in again', async () => {
    const answer = await under.ask('GET', '/healthz').catch(() => null);
    return answer?.status;
  });
  expect(status).toBe(200);
});

test('a token has so many streams of events', async () => {
  const under = await start({ streamsPerToken: 2 });
  const streams = await times(2, () => StreamReader.open(under.url, '/api/v1/events'));
  expect(await under.ask('GET', '/api/v1/events')).toMatchObject({ status: 503, json: { code: 'too-many-streams' } });
  streams[0]?.close();
  await waitFor('room for another', async () => (await under.ask('GET', '/api/v1/events')).status === 200);
  streams[1]?.close();
});

test('a reader of events that takes nothing is ended, however much waits for it', async () => {
  const under = await start({ streamsPerToken: 1, slowReaderSeconds: 1 });
  await under.addNode('n1');
  for (let count = 0; count < 150; count += 1) {
    const body = JSON.stringify({ meta: { count, padding: 'x'.repeat(60_000) } });
    await under.ask('PUT', '/api/v1/nodes/n1/meta', { body, headers: { 'content-type': 'application/json' } });
  }
  const socket = connect({ port: Number(under.url.port), host: under.url.hostname });
  sockets.push(socket);
  socket.on('error', () => undefined);
  // It asks for everything, and reads nothing of it.
  socket.pause();
  socket.write(`GET /api/v1/events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`);
  await waitFor('its stream to be open', async () => (await under.ask('GET', '/api/v1/events')).status === 503);
  const status = await waitFor('its stream to be ended', async () => {
    const answer = await under.ask('GET', '/api/v1/events');
    return answer.status !== 503 && answer.status;
  });
  expect(status).toBe(200);
});

function statusOfUpgrade(
  under: ServerUnderTest,
  localAddress = '127.0.0.1',
): Promise<{ readonly status: number; readonly retryAfter: string | undefined }> {
  const socket = new WebSocket(`ws://${under.url.host}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, { localAddress });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.on('open', () => resolve({ status: 101, retryAfter: undefined }));
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      request.destroy();
    });
  });
}

test('an address has so many agent sessions', async () => {
  const under = await start({ sessionsPerAddress: 3 });
  const upgrades = await times(5, () => statusOfUpgrade(under));
  expect(upgrades.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([101, 101, 101, 429, 429]);
  expect(upgrades.find(({ status }) => status === 429)?.retryAfter).toMatch(/^[1-5]$/u);
});

test('one address cannot use up what all agents share', async () => {
  const under = await start({ hellosPerAddressPerSecond: 1, sessionsPerAddress: 4, hellosPerSecond: 1000 });
  for (let round = 0; round < 2; round += 1) {
    await times(2, () => statusOfUpgrade(under));
    for (const socket of sockets.splice(0)) if (socket instanceof WebSocket) socket.terminate();
  }
  expect(await statusOfUpgrade(under)).toMatchObject({ status: 429 });
  const { status } = await statusOfUpgrade(under, '127.0.0.2');
  expect(status).toBe(101);
});

test('who is refused an upgrade and does not close the connection is cut off', async () => {
  const under = await start({});
  const socket = connect({ port: Number(under.url.port), host: under.url.hostname, allowHalfOpen: true });
  sockets.push(socket);
  let answer = '';
  let isOver = false;
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isOver = true;
  });
  socket.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await waitFor('the end of the connection', () => {
    // Writing finds out whether the other side is still there.
    if (!socket.destroyed) socket.write('x');
    return isOver;
  });
  expect(answer).toContain(' 404 ');
});

test('whoever asks for the health has a budget that no guesses use up', async () => {
  const under = await start({ anonymousPerSecond: 1, anonymousBurst: 3 });
  const guesses = await times(10, () => under.ask('GET', '/api/v1/nodes', { token: 'slc_guess' }));
  expect(countsOf(guesses)[429]).toBeGreaterThan(0);
  expect(await under.ask('GET', '/healthz', { token: null })).toMatchObject({ status: 200 });
  expect(await under.ask('GET', '/readyz', { token: null })).toMatchObject({ status: 200 });
});

test('agents that come all at once come in one after the other; those who would wait too long are put off', async () => {
  const under = await start({ hellosPerSecond: 5 });
  const startedAt = performance.now();
  const upgrades = await times(60, () => statusOfUpgrade(under));
  const letIn = upgrades.filter(({ status }) => status === 101);
  const putOff = upgrades.filter(({ status }) => status === 429);
  expect(letIn.length + putOff.length).toBe(60);
  // As many as come in within six seconds wait for it, beside the first one.
  expect(letIn.length).toBeGreaterThanOrEqual(30);
  expect(letIn.length).toBeLessThanOrEqual(45);
  expect(performance.now() - startedAt).toBeGreaterThan(2000);
  expect(new Set(putOff.map(({ retryAfter }) => retryAfter)).size).toBe(5);
});

test('an agent that floods is read more slowly: nothing is lost, it stays connected, and the others do not wait', async () => {
  const under = await start({ messagesPerSecond: 1500, messagesBurst: 50 });
  await under.addNode('flood');
  await under.addNode('quiet', { sessions: 1 });
  const sessionsOf = async (id: string) =>
    (await under.ask('GET', `/api/v1/nodes/${id}`)).text.match(/"sessions":(\d+)/u)?.[1];
  for (let sessions = 1; sessions <= 5000; sessions += 1)
    under.say('flood', { kind: 'heartbeat', load: { sessions, cpuPercent: null, memoryBytes: null, problem: null } });
  under.say('quiet', { kind: 'heartbeat', load: { sessions: 7, cpuPercent: null, memoryBytes: null, problem: null } });
  await waitFor('the quiet one to be heard', async () => (await sessionsOf('quiet')) === '7');
  expect(Number(await sessionsOf('flood'))).toBeLessThan(5000);
  await waitFor('all that the other said', async () => (await sessionsOf('flood')) === '5000');
  expect((await under.ask('GET', '/api/v1/nodes/flood')).json).toMatchObject({ connected: true });
});

test('empty heartbeats count as well, each by itself', async () => {
  const under = await start({ messagesPerSecond: 50, messagesBurst: 20 });
  await under.addNode('flood');
  const startedAt = performance.now();
  for (let count = 0; count < 60; count += 1) {
    under.say('flood', { kind: 'heartbeat' });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  under.say('flood', { kind: 'heartbeat', load: { sessions: 9, cpuPercent: null, memoryBytes: null, problem: null } });
  await waitFor('all that it said', async () =>
    (await under.ask('GET', '/api/v1/nodes/flood')).text.includes('"sessions":9'),
  );
  expect(performance.now() - startedAt).toBeGreaterThan(500);
});
