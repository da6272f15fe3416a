/** A real workload that asks to leave: its node is drained for it, whatever is away meanwhile, until it stays or is started anew. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, freePort } from './fleet-under-test.ts';
import { startSluice } from './sluice-process.ts';

const workload = fileURLToPath(new URL('library-workload.mjs', import.meta.url));
let fleet: FleetUnderTest;
/** Each restarts processes several times, which takes its time on a loaded machine. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '30s' } } });
  await fleet.addNode('n1', {
    command: [process.execPath, workload],
    game: { WEB_PORT: String(await freePort()), STARTS_FILE: path.join(fleet.directory, 'starts') },
    workload: (port) => ({
      sessions: { library: true, interval: '100ms' },
      drain: undefined,
      undrain: undefined,
      health: { http: `http://127.0.0.1:${port}/`, interval: '100ms', timeout: '2s', healthyWithin: '15s' },
    }),
  });
  await isActive();
});
afterAll(() => fleet?.stop());

const isActive = () => fleet.nodeThat('n1', 'active', ({ status, holds }) => status === 'active' && holds.length === 0);
const isDrained = () => fleet.nodeThat('n1', 'drained', ({ status }) => status === 'drained');
const ask = async (route: string) => (await fleet.game('n1', 'GET', route)).json;
const why = async () => JSON.stringify((await fleet.request('GET', '/api/v1/nodes/n1/why')).json);

async function said(): Promise<readonly string[]> {
  const { out } = await startSluice(fleet.url, ['audit', 'list', '--node', 'n1', '-o', 'json']).ended;
  const { items }: { items: { action: string; actor: { name: string }; after: { name?: string } | null }[] } =
    JSON.parse(out);
  return items.map(({ action, actor }) => `${action} by ${actor.name}`);
}

test('the node is drained under the hold `node`, says why, and the audit tells of it; when the workload stays it is back', async () => {
  await ask('/leave?id=the%20host%20goes%20away');
  const node = await isDrained();
  expect(node.holds).toMatchObject([{ name: 'node', owner: 'workload', reason: 'the host goes away' }]);
  expect(await why()).toContain("Its workload asked to leave and holds it out of rotation (hold 'node')");
  const page = await startSluice(fleet.url, ['nodes', 'why', 'n1']).ended;
  expect(page.out).toContain('the host goes away');
  const { json } = await fleet.request('GET', '/api/v1/operations?node=n1&command=drain');
  expect(json).toMatchObject({
    items: [{ requestedBy: 'workload', status: 'succeeded', reason: 'the host goes away' }],
  });
  expect(await ask('/')).toMatchObject({ isDraining: true });
  await ask('/stay');
  await isActive();
  await waitFor('the workload to be open', async () => JSON.stringify(await ask('/')).includes('"isDraining":false'));
  expect(await said()).toEqual(expect.arrayContaining(['HoldPlaced by agent', 'HoldReleased by agent']));
});

test('a wish that is said while the server is away is heard when it is back, once', async () => {
  await fleet.stopServer('SIGKILL');
  await ask('/leave?id=while%20nobody%20listened');
  await fleet.startServer();
  expect((await isDrained()).holds).toMatchObject([{ name: 'node', reason: 'while nobody listened' }]);
});

test('it outlives an agent that is killed, and one that is killed while the server is away', async () => {
  const { holds } = await isDrained();
  await fleet.stopAgent('n1', 'SIGKILL');
  fleet.startAgent('n1');
  await fleet.nodeThat('n1', 'connected again', ({ connected }) => connected);
  expect((await isDrained()).holds).toEqual(holds);
  await ask('/stay');
  await isActive();
  await fleet.stopServer('SIGKILL');
  await ask('/leave?id=nobody%20was%20there');
  await waitFor('the agent to have kept it', async () => {
    return (await readFile(path.join(fleet.stateDir('n1'), 'workload-words.json'), 'utf8')).includes(
      'nobody was there',
    );
  });
  await fleet.stopAgent('n1', 'SIGKILL');
  await fleet.startServer();
  fleet.startAgent('n1');
  expect((await isDrained()).holds).toMatchObject([{ name: 'node', reason: 'nobody was there' }]);
});

test('what it took back while its agent was away is taken back', async () => {
  await isDrained();
  await fleet.stopAgent('n1', 'SIGKILL');
  await ask('/stay');
  fleet.startAgent('n1');
  expect((await isActive()).holds).toEqual([]);
});

test('a hold of an operator stays when the workload does, and an operator’s undrain is not argued with', async () => {
  await ask('/leave?id=again');
  await isDrained();
  await fleet.post('n1', 'drain', { reason: 'kernel' });
  await ask('/stay');
  const held = await fleet.nodeThat('n1', 'held by one', ({ holds }) => holds.length === 1);
  expect(held.holds).toMatchObject([{ name: 'operator' }]);
  await ask('/leave?id=once%20more');
  await fleet.nodeThat('n1', 'held by both', ({ holds }) => holds.length === 2);
  await fleet.ended((await fleet.post('n1', 'undrain', { hold: '*' })).id);
  await isActive();
  await fleet.stopAgent('n1', 'SIGKILL');
  fleet.startAgent('n1');
  await fleet.nodeThat('n1', 'connected', ({ connected }) => connected);
  await ask('/begin?id=somebody');
  await fleet.nodeThat('n1', 'counting one', ({ load }) => load.sessions === 1);
  expect((await isActive()).holds).toEqual([]);
  expect(await why()).toContain('Its workload asked to leave (once more), and its hold was released since.');
  await ask('/end?id=somebody');
});

test('a workload that is started anew does not ask any more', async () => {
  await ask('/leave?id=last');
  await isDrained();
  const { id } = await fleet.post('n1', 'restart');
  expect(await fleet.ended(id)).toMatchObject({ status: 'succeeded' });
  await isActive();
  await ask('/leave?id=then%20it%20ends');
  await isDrained();
  await fleet.game('n1', 'GET', '/exit').catch(() => null);
  await isActive();
});
