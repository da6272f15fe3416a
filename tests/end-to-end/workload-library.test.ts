/** Real workloads that use @sluice/workload under real agents: counted, drained, locked, told of metadata; also over a killed agent. */
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinAgent } from '@sluice/workload';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, freePort } from './fleet-under-test.ts';

const workload = fileURLToPath(new URL('library-workload.mjs', import.meta.url));
let fleet: FleetUnderTest;
let webPort = 0;

beforeAll(async () => {
  // What is counted reaches the list with the next heartbeat.
  fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '30s' } } });
  webPort = await freePort();
  await fleet.addNode('n1', {
    command: [process.execPath, workload],
    game: { WEB_PORT: String(webPort), STARTS_FILE: path.join(fleet.directory, 'starts') },
    workload: (port) => ({
      sessions: { library: true, interval: '100ms' },
      drain: undefined,
      undrain: undefined,
      health: { http: `http://127.0.0.1:${port}/`, interval: '100ms', timeout: '2s', healthyWithin: '15s' },
    }),
  });
  await counted(0);
});
afterAll(() => fleet?.stop());

const counted = (count: number) => fleet.nodeThat('n1', `counting ${count}`, ({ load }) => load.sessions === count);
const ask = async (route: string) => (await fleet.game('n1', 'GET', route)).json;

async function drain(): Promise<string> {
  const { id } = await fleet.post('n1', 'drain', { timeout: 600 });
  return id;
}

async function undrain(): Promise<void> {
  const { id } = await fleet.post('n1', 'undrain');
  await fleet.ended(id);
  await waitFor('the workload to be open again', async () =>
    JSON.stringify(await ask('/')).includes('"isDraining":false'),
  );
}

test('sessions are counted and named, a drain is heard and waits for them, and an undrain opens the door', async () => {
  await ask('/begin?id=match-1');
  await ask('/begin?id=match-2');
  await counted(2);
  const id = await drain();
  const draining = await fleet.nodeThat('n1', 'named', ({ drain: now }) => (now?.blockers.length ?? 0) === 2);
  expect(draining.drain?.blockers.map((blocker) => blocker.id).toSorted()).toEqual(['match-1', 'match-2']);
  expect(await ask('/')).toMatchObject({
    isManaged: true,
    nodeId: 'n1',
    isDraining: true,
    heard: expect.arrayContaining(['drain']),
  });
  await ask('/end?id=match-1');
  await fleet.nodeThat('n1', 'with one left', ({ drain: now }) => now?.sessionsRemaining === 1);
  await ask('/end?id=match-2');
  expect(await fleet.ended(id)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  await undrain();
});

test('a workload that cannot drain says why, and is asked again', async () => {
  await ask(`/fail-next?id=${encodeURIComponent('the lobby is stuck')}`);
  const id = await drain();
  await fleet.nodeThat('n1', 'told why', ({ drain: now }) => now?.problem?.includes('the lobby is stuck') ?? false);
  expect(await fleet.ended(id, 30_000)).toMatchObject({ status: 'succeeded' });
  await undrain();
});

test('requests that are worked on and WebSockets are sessions; kept connections are let go', async () => {
  const url = `http://127.0.0.1:${webPort}`;
  const keptAlive = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const idle = await get(`${url}/`, keptAlive);
  expect(idle.headers.connection).toBe('keep-alive');
  const slow = get(`${url}/slow?secret=1`, new http.Agent({ keepAlive: true }));
  const socket = await upgraded(webPort);
  await counted(2);
  const id = await drain();
  const draining = await fleet.nodeThat('n1', 'named', ({ drain: now }) => (now?.blockers.length ?? 0) === 2);
  expect(draining.drain?.blockers.map((blocker) => blocker.id).toSorted()).toEqual(['GET /slow', 'upgrade /live']);
  await waitFor('the idle connection to be closed', () => Object.keys(keptAlive.freeSockets).length === 0);
  const late = await get(`${url}/`, keptAlive);
  expect(late.headers.connection).toBe('close');
  socket.destroy();
  await fleet.nodeThat('n1', 'with the request left', ({ drain: now }) => now?.sessionsRemaining === 1);
  await get(`${url}/release`, keptAlive);
  expect((await slow).text).toBe('late');
  expect(await fleet.ended(id)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  keptAlive.destroy();
  await undrain();
});

test('a restart is refused while a lock is held, with its reason; not with force, and not after', async () => {
  await ask('/lock?id=final-of-the-cup&ms=60000');
  await fleet.nodeThat('n1', 'locked', ({ workload: { locks } }) => locks.length === 1);
  const refused = await fleet.request('POST', '/api/v1/nodes/n1/restart', {});
  expect(refused).toMatchObject({ status: 423, json: { detail: expect.stringContaining('final-of-the-cup') } });
  const forced = await fleet.post('n1', 'restart', { force: true });
  expect(await fleet.ended(forced.id)).toMatchObject({ status: 'succeeded' });
  // The process that held it is gone, and so is the lock.
  await fleet.nodeThat('n1', 'not locked by the new process', ({ workload: { locks } }) => locks.length === 0);
  await ask('/lock?id=another&ms=60000');
  await fleet.nodeThat('n1', 'locked again', ({ workload: { locks } }) => locks.length === 1);
  await ask('/unlock');
  await fleet.nodeThat('n1', 'not locked', ({ workload: { locks } }) => locks.length === 0);
  // One that runs out needs nobody.
  await ask('/lock?id=short&ms=2000');
  await fleet.nodeThat('n1', 'locked for a moment', ({ workload: { locks } }) => locks.length === 1);
  await fleet.nodeThat('n1', 'not locked any more', ({ workload: { locks } }) => locks.length === 0);
  const { id } = await fleet.post('n1', 'restart');
  expect(await fleet.ended(id)).toMatchObject({ status: 'succeeded' });
  await counted(0);
});

test('metadata reach the workload as they change', async () => {
  await fleet.request('PUT', '/api/v1/nodes/n1/meta', { meta: { map: 'desert', seats: 8 } });
  await waitFor('the workload to know', async () =>
    JSON.stringify(await ask('/')).includes('"metadata":{"map":"desert","seats":8}'),
  );
  expect(await ask('/')).toMatchObject({ heard: expect.arrayContaining([{ metadata: { map: 'desert', seats: 8 } }]) });
});

test('an agent that was killed finds sessions, locks and the drain again', async () => {
  await ask('/begin?id=survivor');
  await ask('/lock?id=saving&ms=60000');
  await counted(1);
  await fleet.stopAgent('n1', 'SIGKILL');
  const starts = await readFile(path.join(fleet.directory, 'starts'), 'utf8');
  fleet.startAgent('n1');
  await fleet.nodeThat('n1', 'locked again', ({ connected, workload: { locks } }) => connected && locks.length === 1);
  await counted(1);
  const id = await drain();
  await fleet.nodeThat('n1', 'draining', ({ drain: now }) => now?.sessionsRemaining === 1);
  await fleet.stopAgent('n1', 'SIGKILL');
  await ask('/end?id=survivor');
  fleet.startAgent('n1');
  expect(await fleet.ended(id, 40_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  expect(await readFile(path.join(fleet.directory, 'starts'), 'utf8')).toBe(starts);
  await undrain();
});

test('without an agent nothing happens, and nothing is needed', () => {
  const agent = joinAgent({ socketPath: '' });
  const session = agent.session('alone');
  expect(agent).toMatchObject({ isManaged: false, isDraining: false, nodeId: null, metadata: null, sessionCount: 1 });
  session.end();
  agent.lock('nobody minds', 1000).release();
  expect(() => agent.lock('for ever', Number.POSITIVE_INFINITY)).toThrow('A lock is held for 1 to 86400000 ms');
  agent.leave('nobody hears it');
  agent.stay();
  agent.command('kick', { description: 'Nobody can ask for it' }, () => undefined);
  expect(() => agent.command('Kick!', { description: 'x' }, () => undefined)).toThrow("and not 'Kick!'");
  expect(() => agent.command('kick', { description: '' }, () => undefined)).toThrow('must have 1 to 1024 characters');
  agent.close();
  expect(agent.sessionCount).toBe(0);
});

function get(
  url: string,
  agent: http.Agent,
): Promise<{ readonly headers: http.IncomingHttpHeaders; readonly text: string }> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ headers: response.headers, text }));
      })
      .on('error', reject);
  });
}

function upgraded(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'),
    );
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
  });
}
