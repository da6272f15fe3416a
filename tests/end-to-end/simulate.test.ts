/** `sluice simulate` against a real server: its nodes drain, restart and come back as real ones do. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, JOIN_TOKEN } from './fleet-under-test.ts';
import { type Ended, type Started, startSluice } from './sluice-process.ts';

// One fleet for the whole story; the machine is busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const NODES = 150;

let fleet: FleetUnderTest;
let simulation: Started;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  const short = ['--sessions', '4', '--session-length', '3s', '--connect-rate', '100', '--seed', '1'];
  simulation = startSluice(fleet.url, ['simulate', '--nodes', String(NODES), ...short, '-o', 'json'], {
    SLUICE_JOIN_TOKEN: JOIN_TOKEN,
  });
});

afterAll(async () => {
  simulation.interrupt();
  await simulation.ended;
  await fleet.stop();
});

function run(...args: readonly string[]): Promise<Ended> {
  return startSluice(fleet.url, args).ended;
}

/** The nodes as the server has them. */
async function nodes(query = ''): Promise<readonly unknown[]> {
  const { json } = await fleet.request('GET', `/api/v1/nodes${query}`);
  if (typeof json !== 'object' || json === null || !('items' in json) || !Array.isArray(json.items))
    throw new Error(`the list of nodes was ${JSON.stringify(json)}`);
  const items: readonly unknown[] = json.items;
  return items;
}

/** How many nodes the server calls so. */
async function countOf(status: string): Promise<number> {
  return (await nodes(`?status=${status}`)).length;
}

async function connectedCount(): Promise<number> {
  return (await nodes()).filter(
    (node) => typeof node === 'object' && node !== null && 'connected' in node && node.connected === true,
  ).length;
}

const lastTold = () => simulation.out().trimEnd().split('\n').at(-1) ?? '';

test('all nodes connect and are healthy, from addresses of their own', async () => {
  await waitFor('all to be active', async () => (await countOf('active')) === NODES, {
    withinMs: 60_000,
    seen: () => lastTold() + simulation.error(),
  });
  expect(lastTold()).toContain(`"nodes":${NODES}`);
  const first = await fleet.node('sim-00001');
  expect(first).toMatchObject({ type: 'game-server', labels: { simulated: 'yes' }, ip: '127.0.0.3' });
});

test('a drain waits until the simulated sessions have gone, and an undrain lets new ones come', async () => {
  const drained = await run('nodes', 'drain', 'sim-00002', '--wait');
  expect(drained).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^sim-00002: drained/u) });
  expect(await fleet.node('sim-00002')).toMatchObject({ status: 'drained', load: { sessions: 0 } });
  expect(await run('nodes', 'undrain', 'sim-00002', '--wait')).toMatchObject({ exitCode: 0 });
  await fleet.nodeThat(
    'sim-00002',
    'active with sessions',
    ({ status, load }) => status === 'active' && (load.sessions ?? 0) > 0,
    40_000,
  );
});

test('a restart takes its time and gives a new incarnation; a declared command answers', async () => {
  expect(await run('nodes', 'restart', 'sim-00003', '--wait')).toMatchObject({ exitCode: 0 });
  expect(await fleet.node('sim-00003')).toMatchObject({ status: 'active', workload: { incarnation: 2 } });
  const greeted = await run('nodes', 'run', 'sim-00004', 'greet', 'name=Ada');
  expect(greeted).toMatchObject({ exitCode: 0, out: expect.stringContaining('Hello Ada, this is sim-00004') });
});

test('a killed server gets all of them back, drained ones as drained ones', async () => {
  expect(await run('nodes', 'drain', 'sim-00005', '--wait')).toMatchObject({ exitCode: 0 });
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  // The server's word: what the simulation told last may be from before the kill.
  await waitFor('all to be back', async () => (await connectedCount()) === NODES, { withinMs: 60_000, seen: lastTold });
  await waitFor('the simulation to tell it', () => new RegExp(`"connected":${NODES},`, 'u').test(lastTold()));
  await waitFor('all to be as they were', async () => (await countOf('active')) === NODES - 1, { withinMs: 30_000 });
  expect(await fleet.node('sim-00005')).toMatchObject({ status: 'drained', connected: true });
});

test('Ctrl-C: all say goodbye and are offline at once', async () => {
  simulation.interrupt();
  expect((await simulation.ended).exitCode).toBe(0);
  await waitFor('all to be offline', async () => (await countOf('offline')) >= NODES - 1, { withinMs: 10_000 });
});

test('what cannot be simulated is refused', async () => {
  expect(await run('simulate', '--nodes', '0')).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining('from 1 to 18000'),
  });
  expect(await run('simulate', '--nodes', '5', '--server', 'nowhere')).toMatchObject({ exitCode: 2 });
});
