/** Stopped with SIGTERM, under load: what was begun is done, agents come back, and no workload is touched. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, FleetUnderTest, isAlive } from '../end-to-end/fleet-under-test.ts';
import { Random } from '../simulation/random.ts';
import { waitFor } from '../wait-for.ts';
import { CrashClients } from './crash-clients.ts';

/** Milliseconds in which a server or an agent ends, also on a busy machine. */
const ENDS_WITHIN_MS = 5000;

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('n1');
  await fleet.addNode('n2');
  for (const nodeId of ['n1', 'n2']) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active');
}, 60_000);

afterAll(() => fleet.stop());

async function endsInTime(stop: () => Promise<number | null>): Promise<void> {
  const began = performance.now();
  expect(await stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(ENDS_WITHIN_MS);
}

/** Restarts that began, whether or not their client heard of it. */
async function restarts(nodeId: string): Promise<number> {
  const { json } = await fleet.request('GET', `/api/v1/operations?node=${nodeId}&command=restart&limit=1000`);
  return [...JSON.stringify(json).matchAll(/"startedAt":"/gu)].length;
}

describe('the server', () => {
  test(
    'ends cleanly under load, has everything that it acknowledged, and its agents come back',
    { timeout: 60_000 },
    async () => {
      const pids = [await fleet.workloadPid('n1'), await fleet.workloadPid('n2')];
      const clients = new CrashClients({
        url: () => fleet.url,
        token: ADMIN_TOKEN,
        nodeIds: ['n1', 'n2'],
        random: new Random(1, 'shutdown'),
      });
      clients.begin();
      try {
        for (let round = 0; round < 3; round += 1) {
          const before = clients.told.size;
          await waitFor('more to be asked for', () => clients.told.size >= before + 10);
          await endsInTime(() => fleet.stopServer());
          expect(fleet.serverOutput()).toContain('"event":"server-stopped"');
          await fleet.startServer();
        }
      } finally {
        await clients.end();
      }
      for (const id of clients.told.keys())
        expect((await fleet.request('GET', `/api/v1/operations/${id}`)).status).toBe(200);
      expect(clients.problems.filter((problem) => !problem.includes('/commands/mark'))).toEqual([]);
      for (const [index, nodeId] of ['n1', 'n2'].entries()) {
        await fleet.nodeThat(nodeId, 'connected again', ({ connected }) => connected);
        // One that was asked for may still be under way.
        const pid = await waitFor('a workload that lives', async () => {
          const recorded = await fleet.workloadPid(nodeId);
          return (await isAlive(recorded)) && recorded;
        });
        // Restarts that were asked for replace it; nothing else does.
        expect(pid === pids[index] || (await restarts(nodeId)) > 0).toBe(true);
      }
    },
  );
});

describe('the agent', () => {
  test(
    'says goodbye in the middle of a drain, leaves its workload, and goes on with the drain when it is back',
    { timeout: 60_000 },
    async () => {
      // A restart that the clients of the test before asked for would take the player with it.
      await waitFor('what was asked for before to be over', async () => {
        const { json } = await fleet.request('GET', '/api/v1/operations?node=n1&status=queued,running');
        return JSON.stringify(json).includes('"items":[]');
      });
      await fleet.post('n1', 'undrain', { hold: '*' });
      await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active', 30_000);
      // Wanted active is not yet told so: the door may still be closed for a moment.
      await waitFor(
        'a player to be let in',
        async () => (await fleet.game('n1', 'POST', '/players', { seconds: 6 })).status < 300,
      );
      const drain = await fleet.post('n1', 'drain');
      await fleet.nodeThat('n1', 'draining with its player', ({ drain: now }) => now?.sessionsRemaining === 1);
      const pid = await fleet.workloadPid('n1');
      await endsInTime(() => fleet.stopAgent('n1'));
      expect((await fleet.node('n1'))?.status).toBe('offline');
      expect(await isAlive(pid)).toBe(true);
      fleet.startAgent('n1');
      expect(await fleet.ended(drain.id, 30_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
      expect(await fleet.workloadPid('n1')).toBe(pid);
    },
  );

  test(
    'stopped in the middle of a restart, the next start of the agent takes it up, and it is restarted once',
    { timeout: 60_000 },
    async () => {
      await fleet.post('n2', 'undrain', { hold: '*' });
      const before = await fleet.nodeThat('n2', 'active', ({ status }) => status === 'active', 30_000);
      const restart = await fleet.post('n2', 'restart');
      await fleet.operationThat(restart.id, 'running', ({ status }) => status === 'running');
      expect(await fleet.stopAgent('n2')).toBe(0);
      fleet.startAgent('n2');
      expect((await fleet.ended(restart.id, 40_000)).status).toBe('succeeded');
      expect((await fleet.node('n2'))?.workload.incarnation).toBe((before.workload.incarnation ?? 0) + 1);
    },
  );
});
