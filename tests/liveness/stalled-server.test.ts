/** A server that stood still blames nobody: what the agents said meanwhile is in its sockets, unread. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '1500ms' } } });
  await fleet.addNode('n1');
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
}, 60_000);

afterAll(() => fleet.stop());

test(
  'a server that is frozen for several leases calls nobody offline when it goes on',
  { timeout: 60_000 },
  async () => {
    fleet.signalServer('SIGSTOP');
    const frozenAt = performance.now();
    await waitFor('several leases to pass', () => performance.now() > frozenAt + 5000);
    fleet.signalServer('SIGCONT');
    const wokenAt = performance.now();
    const statuses = new Set<string>();
    await waitFor('two more leases to pass', async () => {
      statuses.add((await fleet.node('n1'))?.status ?? 'nothing');
      return performance.now() > wokenAt + 3500;
    });
    expect([...statuses]).toEqual(['active']);
    expect(fleet.serverOutput()).toContain('"event":"server-stalled"');
  },
);

test('an agent that is stopped on purpose is offline at once', async () => {
  await fleet.stopAgent('n1');
  const node = await fleet.nodeThat('n1', 'offline', ({ status }) => status === 'offline');
  expect(node.connected).toBe(false);
  expect(fleet.serverOutput()).not.toContain('"event":"mass-silence"');
});
