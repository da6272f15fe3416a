/** Put back to an older copy: whichever side it was, what was wished last is so in the end, on both sides and at the workload's door. */
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('n1');
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
}, 60_000);

afterAll(() => fleet.stop());

async function isDoorOpen(): Promise<boolean> {
  const { json } = await fleet.game('n1', 'GET', '/stats');
  return typeof json === 'object' && json !== null && 'draining' in json && json.draining === false;
}

async function undrained(): Promise<void> {
  const undrain = await fleet.post('n1', 'undrain');
  expect((await fleet.ended(undrain.id)).status).toBe('succeeded');
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
  await waitFor('the door to be open', isDoorOpen);
}

test('a restored server learns the newer wish from the agent, loudly', { timeout: 60_000 }, async () => {
  const data = path.join(fleet.directory, 'data');
  const copy = path.join(fleet.directory, 'data-copy');
  await fleet.stopServer();
  await cp(data, copy, { recursive: true });
  await fleet.startServer();
  const drain = await fleet.post('n1', 'drain', { reason: 'broken fan' });
  expect((await fleet.ended(drain.id)).status).toBe('succeeded');

  await fleet.stopServer('SIGKILL');
  await rm(data, { recursive: true });
  await cp(copy, data, { recursive: true });
  await fleet.startServer();
  const node = await fleet.nodeThat('n1', 'drained', ({ status, connected }) => status === 'drained' && connected);
  expect(node.holds).toMatchObject([{ name: 'operator', reason: 'broken fan' }]);
  expect(fleet.serverOutput()).toContain('"event":"AvailabilityRecovered"');
  expect(await isDoorOpen()).toBe(false);
  await undrained();
});

test('an agent with an older journal does what the server wishes', { timeout: 60_000 }, async () => {
  const state = fleet.stateDir('n1');
  const copy = path.join(fleet.directory, 'state-copy');
  await fleet.stopAgent('n1');
  await cp(state, copy, { recursive: true });
  fleet.startAgent('n1');
  const drain = await fleet.post('n1', 'drain');
  expect((await fleet.ended(drain.id)).status).toBe('succeeded');
  const pid = await fleet.workloadPid('n1');

  await fleet.stopAgent('n1', 'SIGKILL');
  await rm(state, { recursive: true });
  await cp(copy, state, { recursive: true });
  fleet.startAgent('n1');
  await fleet.nodeThat('n1', 'drained', ({ status, connected }) => status === 'drained' && connected);
  expect(await isDoorOpen()).toBe(false);
  expect(await fleet.workloadPid('n1')).toBe(pid);

  // The other way round: the copy says drained, and the server wishes the node back meanwhile.
  await fleet.stopAgent('n1');
  await rm(copy, { recursive: true });
  await cp(state, copy, { recursive: true });
  fleet.startAgent('n1');
  await undrained();
  await fleet.stopAgent('n1', 'SIGKILL');
  await rm(state, { recursive: true });
  await cp(copy, state, { recursive: true });
  fleet.startAgent('n1');
  await fleet.nodeThat('n1', 'active', ({ status, connected }) => status === 'active' && connected);
  await waitFor('the door to be open', isDoorOpen);
});
