/** FleetLock with real agents: nobody is on a node that is let go, and a server that is killed in between loses nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest } from './fleet-under-test.ts';
import { startSluice } from './sluice-process.ts';

let fleet: FleetUnderTest;
beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  // Players who are about to leave, so that there is something to wait for.
  await fleet.addNode('web-1', { game: { PLAYERS: '2', PLAY_SECONDS: '600' } });
  await fleet.addNode('web-2');
  for (const id of ['web-1', 'web-2']) await fleet.nodeThat(id, 'active', ({ status }) => status === 'active', 60_000);
  await fleet.request('PUT', '/api/v1/budgets/web', { selector: null, maxUnavailable: 1 });
}, 120_000);
afterAll(() => fleet.stop());

async function ask(route: 'pre-reboot' | 'steady-state', id: string): Promise<{ status: number; kind: unknown }> {
  const answer = await fetch(`${fleet.url}/v1/${route}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`zincati:${ADMIN_TOKEN}`).toString('base64')}`,
      'fleet-lock-protocol': 'true',
    },
    body: JSON.stringify({ client_params: { id, group: 'web' } }),
  });
  const json: unknown = await answer.json();
  return { status: answer.status, kind: typeof json === 'object' && json !== null ? Reflect.get(json, 'kind') : null };
}

test('a node is let go when nobody is left on it, also when the server was killed meanwhile', async () => {
  await fleet.nodeThat('web-1', 'with players', ({ load }) => (load.sessions ?? 0) > 0, 60_000);
  expect(await ask('pre-reboot', 'web-1')).toEqual({ status: 409, kind: 'draining' });
  expect(await ask('pre-reboot', 'web-2')).toEqual({ status: 409, kind: 'failed_lock_semaphore_full' });
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  expect(await ask('pre-reboot', 'web-2')).toEqual({ status: 409, kind: 'failed_lock_semaphore_full' });
  // The drain goes on; whoever is left is asked to go by hand.
  await fleet.request('POST', '/api/v1/nodes/web-1/drain', { hold: 'fleetlock/web', timeout: 1 });
  await waitFor('web-1 to be let go', async () => (await ask('pre-reboot', 'web-1')).status === 200, {
    withinMs: 60_000,
    seen: () => fleet.agentOutput('web-1').slice(-2000),
  });
  const drained = await fleet.node('web-1');
  expect(drained).toMatchObject({ status: 'drained', load: { sessions: 0 }, holds: [{ name: 'fleetlock/web' }] });
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  expect(await ask('pre-reboot', 'web-1')).toMatchObject({ status: 200 });
  expect(await ask('steady-state', 'web-1')).toMatchObject({ status: 200 });
  await fleet.nodeThat('web-1', 'back in rotation', ({ status }) => status === 'active', 60_000);
}, 240_000);

test('with-slot under the id of a node runs its command on an empty node, and puts it back', async () => {
  const started = startSluice(fleet.url, [
    'with-slot',
    '--group',
    'web',
    '--id',
    'web-2',
    '--',
    process.execPath,
    '-e',
    'setTimeout(() => undefined, 1000)',
  ]);
  await fleet.nodeThat('web-2', 'drained', ({ status }) => status === 'drained', 60_000);
  expect(await started.ended).toMatchObject({ exitCode: 0 });
  await fleet.nodeThat('web-2', 'back in rotation', ({ status }) => status === 'active', 60_000);
}, 120_000);
