/** Several servers on one PostgreSQL: each follows what the others commit, in the order of the commits, without a gap and without a repeat. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../observe/logger.ts';
import { type MissedCommits, SupersededError } from '../shared-store.ts';
import { change, commitOrFail } from '../store-suite-rows.ts';
import { openPostgresStore } from './postgres-store.ts';
import { PostgresUnderTest } from './postgres-under-test.ts';

const logger = createLogger('silent');

let postgres: PostgresUnderTest;
let url: string;
let one: Server;
let other: Server;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
}, 90_000);
afterAll(() => postgres.destroy());

beforeEach(async () => {
  url = await postgres.newDatabase();
  one = await openServer();
  other = await openServer();
});
afterEach(async () => {
  await one.store.close();
  await other.store.close();
});

type Server = Awaited<ReturnType<typeof openServer>>;

/** A server that keeps what it has taken over. */
async function openServer() {
  const store = await openPostgresStore(url, logger);
  const taken: MissedCommits[] = [];
  await store.shared.follow({ knowsRollout: () => false, takeOver: (missed) => taken.push(missed) });
  return { store, taken, sequences: () => taken.flatMap(({ events }) => events.map(({ sequence }) => sequence)) };
}

test('takes over what others have committed: each thing once, as it is now, with all events', async () => {
  const token = {
    id: 't',
    kind: 'api',
    name: 'token',
    hash: 'h',
    role: 'viewer',
    selector: null,
    nodeType: null,
    usesMax: null,
    uses: 0,
    idleMs: null,
    createdBy: 'admin',
    createdAt: 1,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  } as const;
  const budget = {
    name: 'lobby',
    selector: null,
    maxUnavailable: 1,
    description: null,
    createdBy: 'admin',
    createdAt: 1,
    updatedAt: 1,
    revision: 1,
  };
  const slot = { groupName: 'lobby', holderId: 'm', takenAt: 1, takenBy: 'admin', nodeId: null };
  const rollout = { id: 'ro_1', status: 'running', createdAt: 1, endedAt: null, body: { header: 1 } };
  const nodes = [1, 2].map((position) => ({ position, nodeId: `n${position}`, status: 'waiting', body: { position } }));
  await commitOrFail(one.store, [change('a', null, 1, { kinds: ['A'] }), change('b', null, 1, { kinds: ['B'] })]);
  const outcome = await one.store.commit(
    [change('a', 1, 2, { kinds: ['C', 'D'] }), change('b', 1, 2, { state: null })],
    [],
    {
      tokens: [token],
      budgets: [{ name: 'lobby', budget }],
      slots: [{ ...slot, slot }],
      rollouts: [{ rollout, nodes }],
      notes: [{ nodeId: '', event: { kind: 'N', at: 1, body: {} } }],
    },
  );
  expect(outcome).toMatchObject({ ok: true });
  await other.store.shared.catchUp();
  await other.store.shared.catchUp();
  expect(other.taken).toMatchObject([
    {
      nodes: [
        { nodeId: 'a', stored: { revision: 2 } },
        { nodeId: 'b', stored: null },
      ],
      tokens: [{ id: 't' }],
      budgets: [{ name: 'lobby', budget }],
      slots: [{ groupName: 'lobby', holderId: 'm', slot }],
      rollouts: [{ isWhole: true, rollout, nodes }],
    },
  ]);
  expect(other.sequences()).toEqual([1, 2, 3, 4, 5]);
  // What it has committed itself it knows.
  expect(one.taken).toEqual([]);
});

test('whoever takes the pen has taken over before what all others have committed', async () => {
  await commitOrFail(one.store, [change('a', null, 1, { kinds: ['A'] })]);
  const pen = await other.store.shared.takePen([]);
  expect(other.sequences()).toEqual([1]);
  // Nobody else commits meanwhile.
  let isDone = false;
  const later = one.store.commit([change('b', null, 1, { kinds: ['B'] })]).finally(() => (isDone = true));
  await vi.waitFor(
    async () =>
      expect(await postgres.query("select 1 from pg_stat_activity where wait_event_type = 'Lock'", url)).toHaveLength(
        1,
      ),
    { timeout: 30_000 },
  );
  expect(isDone).toBe(false);
  expect(await pen.commit([change('a', 1, 2, { kinds: ['C'] })], [], {})).toMatchObject({ ok: true, sequences: [[2]] });
  expect(await later).toMatchObject({ ok: true, sequences: [[3]] });
  expect(one.sequences()).toEqual([2]);
});

test('hears of a commit by a notification', async () => {
  const heard = new Promise<void>((resolve) => {
    other.store.shared.subscribe(resolve);
  });
  await commitOrFail(one.store, [change('a', null, 1)]);
  await expect(heard).resolves.toBeUndefined();
});

describe('transactions that commit in another order than their numbers', () => {
  /** The classic trap: numbers are given when a transaction writes, and seen when it commits. */
  test('are missed by whoever reads what has a greater number than the last one read', async () => {
    const [first, second] = [new Client(url), new Client(url)];
    await Promise.all([first.connect(), second.connect()]);
    await first.query('create table log (id bigserial primary key)');
    const read: number[] = [];
    const follow = async () => {
      const rows = await postgres.query<{ id: string }>(
        `select id from log where id > ${read.at(-1) ?? 0} order by id`,
        url,
      );
      read.push(...rows.map(({ id }) => Number(id)));
    };
    await first.query('begin');
    await first.query('insert into log default values');
    await second.query('insert into log default values');
    await follow();
    await first.query('commit');
    await follow();
    expect(read).toEqual([2]);
    await Promise.all([first.end(), second.end()]);
  });

  test('cannot be: numbers are given under the lock that is held until the commit, and a follower sees all', async () => {
    const ROUNDS = 30;
    const writing = [one, await openServer(), await openServer()].map(async ({ store }, server) => {
      for (let round = 1; round <= ROUNDS; round += 1)
        await commitOrFail(store, [
          change(`n${server}`, round === 1 ? null : round - 1, round, { kinds: ['X', 'Y'].slice(server % 2) }),
        ]);
      return store;
    });
    let isOver = false;
    const written = Promise.all(writing).finally(() => {
      isOver = true;
    });
    while (!isOver) await other.store.shared.catchUp();
    const [, ...others] = await written;
    await other.store.shared.catchUp();
    const total = other.sequences().length;
    expect(total).toBe(ROUNDS * (2 + 1 + 2));
    expect(other.sequences()).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    for (const store of others) await store.close();
  });
});

test('a server that stands still with the pen loses it, and commits nothing', async () => {
  const pen = await one.store.shared.takePen([]);
  const outcome = await other.store.commit([change('a', null, 1, { kinds: ['A'] })]);
  expect(outcome).toMatchObject({ ok: true, sequences: [[1]] });
  expect(await pen.commit([change('a', null, 1, { kinds: ['B'] })], [], {})).toMatchObject({
    ok: false,
    code: 'store-unavailable',
  });
  await vi.waitFor(() => one.store.shared.catchUp(), { timeout: 30_000 });
  expect(one.sequences()).toEqual([1]);
});

describe('a memory that cannot be made true any more', () => {
  beforeEach(() => commitOrFail(one.store, [change('a', null, 1, { kinds: ['A'] })]));

  test('by a database that was set back', async () => {
    await postgres.query(
      'delete from commits; update event_sequence set last_sequence = 0, last_commit_id = null',
      url,
    );
    await expect(one.store.shared.catchUp()).rejects.toThrow(SupersededError);
    await expect(one.store.shared.takePen([])).rejects.toThrow('was set back');
    // Nobody has the pen.
    await expect(openServer().then(({ store }) => store.close())).resolves.toBeUndefined();
  });

  test('by another history of the same length', async () => {
    await postgres.query("update commits set id = 'x'; update event_sequence set last_commit_id = 'x'", url);
    await expect(one.store.shared.catchUp()).rejects.toThrow(SupersededError);
  });

  test('by commits that are gone', async () => {
    await commitOrFail(one.store, [change('a', 1, 2, { kinds: ['B'] })]);
    await one.store.shared.pruneCommits(Number.MAX_SAFE_INTEGER);
    await expect(other.store.shared.catchUp()).rejects.toThrow(SupersededError);
    await one.store.shared.catchUp();
  });
});

describe('the roll', () => {
  const replica = (id: string, name = id) => ({
    id,
    beat: 1,
    name,
    url: null,
    version: '0.1.0',
    startedAt: 1,
    sessions: 0,
    lagMs: 0,
    isLeaving: false,
  });

  test('has who entered, as each last told; a server of the same name takes the place of the one before', async () => {
    await one.store.shared.enter(replica('a', 'web-1'));
    await other.store.shared.enter(replica('b', 'web-2'));
    const told = { ...replica('b', 'web-2'), beat: 2, sessions: 7 };
    expect(await other.store.shared.beat(told)).toEqual({
      isKnown: true,
      isUpToDate: true,
      replicas: [replica('a', 'web-1'), told],
    });
    await one.store.shared.enter(replica('c', 'web-2'));
    expect(await other.store.shared.beat(told)).toMatchObject({ isKnown: false });
  });

  test('loses a server only when that has said nothing since', async () => {
    await one.store.shared.enter(replica('a'));
    expect(await other.store.shared.strike('a', 7)).toBe(false);
    expect(await other.store.shared.strike('a', 1)).toBe(true);
    expect(await one.store.shared.beat(replica('a'))).toMatchObject({ isKnown: false, replicas: [] });
  });

  test('tells whether memory is behind', async () => {
    await one.store.shared.enter(replica('a'));
    await commitOrFail(other.store, [change('a', null, 1, { kinds: ['A'] })]);
    expect(await one.store.shared.beat(replica('a'))).toMatchObject({ isUpToDate: false });
    await one.store.shared.catchUp();
    expect(await one.store.shared.beat(replica('a'))).toMatchObject({ isUpToDate: true });
    expect(one.store.shared.lagMs()).toBeLessThan(60_000);
  });
});
