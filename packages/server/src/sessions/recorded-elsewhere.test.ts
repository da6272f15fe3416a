/** What another server has recorded of an agent, or is about to: it neither cuts a living one off nor keeps one away. */
import { Client } from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { Fleet } from '../fleet/fleet.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { oneServer } from '../fleet/servers.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { agentKeyUnderTest } from '../http/agent-key-under-test.ts';
import { ServerUnderTest } from '../http/server-under-test.ts';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { PostgresUnderTest } from '../store/postgres/postgres-under-test.ts';
import { ProxyUnderTest } from '../store/postgres/proxy-under-test.ts';

const logger = pino({ level: 'silent' });

let postgres: PostgresUnderTest;
let proxy: ProxyUnderTest;
let databaseUrl: string;
let one: ServerUnderTest;
let other: ServerUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
}, 90_000);
afterAll(() => postgres.destroy());

beforeEach(async () => {
  databaseUrl = await postgres.newDatabase();
  proxy = await ProxyUnderTest.start(postgres.port);
  one = await ServerUnderTest.start(undefined, { databaseUrl });
  const throughProxy = databaseUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`);
  other = await ServerUnderTest.start(undefined, { databaseUrl: throughProxy });
}, 60_000);
afterEach(async () => {
  await one.stop();
  await other.stop();
  await proxy.stop();
});

const nodeAt = async (server: ServerUnderTest, id: string) => (await server.ask('GET', `/api/v1/nodes/${id}`)).json;

/** A server that holds all others for gone, though they are not. */
async function recordAllAsGone(): Promise<void> {
  const store = await openPostgresStore(databaseUrl, logger);
  let areThere = true;
  let changed: () => void = () => undefined;
  const fleet = await Fleet.open({
    store,
    clock: steadyClock,
    servers: {
      ...oneServer('mistaken'),
      isThere: () => areThere,
      subscribe: (listener) => {
        changed = listener;
        return () => undefined;
      },
    },
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger,
  });
  areThere = false;
  changed();
  await fleet.stop();
  await store.close();
}

test('a session that another server held for over ends, and its agent comes again', async () => {
  await one.addNode('n');
  await recordAllAsGone();
  await waitFor('the session to end', () => one.hasEnded('n'));
  expect(await nodeAt(one, 'n')).toMatchObject({ connected: false, status: 'active' });
  await one.addNode('n');
  expect(await nodeAt(one, 'n')).toMatchObject({ connected: true, status: 'active' });
});

describe('an agent is not turned away for what is recorded otherwise', () => {
  let pen: Client;

  /** Whoever wants to record something waits, until `pen` ends. */
  async function holdPen(): Promise<void> {
    pen = new Client({ connectionString: databaseUrl });
    await pen.connect();
    await pen.query('begin');
    await pen.query('select from event_sequence for update');
  }

  const waitingForPen = (count: number) =>
    waitFor(`${count} that wait for the pen`, async () => {
      const waiting = await postgres.query(
        `select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        databaseUrl,
      );
      return waiting.length >= count;
    });

  const knownAtOther = () =>
    waitFor('the other server to know it', async () => (await other.ask('GET', '/api/v1/nodes/n')).status === 200);

  test('when it was started anew, and its goodbye elsewhere waits to be recorded', async () => {
    const key = agentKeyUnderTest();
    await one.addNode('n', { key, instanceId: 'before' });
    await waitFor(
      'the other server to know it',
      async () => (await other.ask('GET', '/api/v1/nodes/n')).status === 200,
    );
    await holdPen();
    one.say('n', { kind: 'goodbye', why: 'restarting' });
    await waitingForPen(1);
    const welcomed = other.addNode('n', { key, instanceId: 'after' });
    await Promise.race([welcomed, waitingForPen(2)]);
    await pen.end();
    await welcomed;
    expect(await nodeAt(other, 'n')).toMatchObject({ connected: true });
  });

  test('when the key that its node had is about to be revoked elsewhere', async () => {
    await one.addNode('n', { key: agentKeyUnderTest() });
    await waitFor(
      'the other server to know it',
      async () => (await other.ask('GET', '/api/v1/nodes/n')).status === 200,
    );
    await holdPen();
    const revoked = one.ask('POST', '/api/v1/nodes/n/credentials/revoke');
    await waitingForPen(1);
    const welcomed = other.addNode('n', { key: agentKeyUnderTest() });
    await Promise.race([welcomed, waitingForPen(2)]);
    await pen.end();
    await welcomed;
    expect((await revoked).status).toBe(200);
  });

  test('as long as nobody can say: it is to try again soon', async () => {
    await one.addNode('n', { key: agentKeyUnderTest() });
    await knownAtOther();
    const another = agentKeyUnderTest();
    const whyNot = () => other.addNode('n', { key: another }).then(() => 'welcome', String);
    proxy.cut();
    expect(await whyNot()).toContain('4008 retry after');
    proxy.mend();
    await waitFor('the answer', async () => (await whyNot()).includes('4001 n has another key already'));
  });
});
