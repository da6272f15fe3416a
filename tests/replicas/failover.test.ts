/** PostgreSQL is lost, and a standby takes its place: one that had everything, and one that lagged. */
import { afterEach, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ProxyUnderTest } from '../../packages/server/src/store/postgres/proxy-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { FaultRounds } from './fault-rounds.ts';
import { expectWholeHistory } from './history-judge.ts';
import { ReplicasUnderTest } from './replicas-under-test.ts';

/** What a test has started, ended in the opposite order. */
const endings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
}, 120_000);

async function startPostgres(): Promise<PostgresUnderTest> {
  const postgres = await PostgresUnderTest.start({ isDurable: true });
  endings.push(() => postgres.destroy());
  return postgres;
}

test(
  'a standby that each commit waited for: nothing is lost, and nothing done twice',
  { timeout: 400_000 },
  async () => {
    const primary = await startPostgres();
    const seed = Math.floor(Math.random() * 1e6);
    const rounds = await FaultRounds.start(seed, primary);
    endings.push(() => rounds.stop());
    const standby = await primary.startStandby();
    endings.push(() => standby.destroy());
    await primary.waitForStandby(true);
    await rounds.acknowledge(10);
    await rounds.happens('PostgreSQL failed over', async () => {
      await primary.kill();
      await standby.promote();
      rounds.replicas.failOverTo(standby);
    });
    await rounds.acknowledge(10);
    await expect(rounds.compare()).resolves.toBeGreaterThanOrEqual(0);
  },
);

test(
  'a standby that lagged: the servers see that they know too much, and start anew; what agents hold is recovered',
  { timeout: 400_000 },
  async () => {
    const primary = await startPostgres();
    const replicas = await ReplicasUnderTest.start(primary, 2);
    endings.push(() => replicas.stop());
    const [{ fleet: one }, { fleet: other }] = [replicas.at(0), replicas.at(1)];
    await one.addNode('n1', { agent: { server: replicas.doors() } });
    await other.addNode('n2', { agent: { server: replicas.doors() } });
    for (const nodeId of ['n1', 'n2']) await one.nodeThat(nodeId, 'active', ({ status }) => status === 'active');

    const line = await ProxyUnderTest.start(primary.port);
    endings.push(() => line.stop());
    const standby = await primary.startStandby(line.port);
    endings.push(() => standby.destroy());
    await waitFor('the standby to have all', async () => {
      const [row] = await primary.query<{ is_even: boolean }>(
        'select bool_and(replay_lsn = pg_current_wal_lsn()) as is_even from pg_stat_replication',
      );
      return row?.is_even;
    });
    line.cut();
    const drain = await one.post('n1', 'drain', { hold: 'lost' });
    expect((await one.ended(drain.id)).status).toBe('succeeded');
    await other.nodeThat('n1', 'drained', ({ status }) => status === 'drained');
    const pids = [one.serverPid, other.serverPid];

    await primary.kill();
    await standby.promote();
    replicas.failOverTo(standby);
    for (const fleet of [one, other]) {
      await waitFor('the server to start anew', () => fleet.serverOutput().includes('"event":"superseded"'), {
        seen: () => fleet.serverOutput().slice(-4000),
      });
      await waitFor('the server to be ready', async () => {
        const answer = await fetch(`${fleet.url}/readyz`).catch(() => null);
        return answer?.ok === true;
      });
      // The database knows nothing of the drain any more; the node's agent does.
      const node = await fleet.nodeThat('n1', 'drained again', ({ status }) => status === 'drained');
      expect(node.holds).toMatchObject([{ name: 'lost' }]);
      await fleet.nodeThat('n2', 'active', ({ status, connected }) => connected && status === 'active');
    }
    expect([one.serverPid, other.serverPid]).toEqual(pids);
    const undrain = await other.post('n1', 'undrain', { hold: 'lost' });
    expect((await one.ended(undrain.id)).status).toBe('succeeded');
    await expectWholeHistory(replicas, 0);
  },
);
