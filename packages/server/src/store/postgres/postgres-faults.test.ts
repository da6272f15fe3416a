/** PostgreSQL that dies, and networks that are cut in the middle of a commit: what was acknowledged is there, and what is unknown becomes known. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../observe/logger.ts';
import { change, commitOrFail, fleetById } from '../store-suite-rows.ts';
import { type CommitOutcome, type Store, StoreUnavailableError } from '../store.ts';
import { openPostgres } from './open-postgres.ts';
import { openPostgresStore } from './postgres-store.ts';
import { PostgresUnderTest } from './postgres-under-test.ts';
import { type Fault, ProxyUnderTest } from './proxy-under-test.ts';

/** Milliseconds in which a store is back after PostgreSQL is, on a busy machine. */
const BACK_MS_MAX = 30_000;

const logger = createLogger('silent');

let postgres: PostgresUnderTest;
let proxy: ProxyUnderTest;
/** Past the proxy. */
let directUrl: string;
let url: string;
let store: Store;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
}, 90_000);
afterAll(() => postgres.destroy());

beforeEach(async () => {
  proxy = await ProxyUnderTest.start(postgres.port);
  directUrl = await postgres.newDatabase();
  url = directUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`);
  store = await openPostgresStore(url, logger);
  await commitOrFail(store, [change('a', null, 1, { kinds: ['NodeRegistered'] })]);
});
afterEach(async () => {
  await store.close();
  await proxy.stop();
});

/** Commits again and again until it succeeds. */
async function committedAtLast(commit: () => Promise<CommitOutcome>): Promise<CommitOutcome> {
  return vi.waitFor(
    async () => {
      const outcome = await commit();
      expect(outcome).toMatchObject({ ok: true });
      return outcome;
    },
    { timeout: BACK_MS_MAX, interval: 50 },
  );
}

test('a PostgreSQL that is killed: commits are refused, reads fail in words, and all goes on when it is back', async () => {
  await postgres.kill();
  expect(await store.commit([change('a', 1, 2)])).toMatchObject({
    ok: false,
    code: 'store-unavailable',
    reason: expect.stringMatching(/lost|Nothing listens|shut down/u),
  });
  await expect(store.events({ limit: 1 })).rejects.toThrow(StoreUnavailableError);
  await expect(store.recordLastSeen([{ nodeId: 'a', lastSeenAt: 1 }])).rejects.toThrow(StoreUnavailableError);
  await postgres.startAgain();
  expect(await committedAtLast(() => store.commit([change('a', 1, 2, { kinds: ['NodeChanged'] })]))).toMatchObject({
    ok: true,
    sequences: [[2]],
  });
  expect(await fleetById(store)).toMatchObject({ a: { revision: 2 } });
}, 60_000);

test('of commits under way when PostgreSQL is killed, those that were acknowledged are there, and the others are what was said of them', async () => {
  let revision = 1;
  const outcomes: CommitOutcome[] = [];
  const killing = vi
    .waitFor(() => expect(revision).toBeGreaterThan(30), { timeout: BACK_MS_MAX })
    .then(() => postgres.kill());
  for (;;) {
    const outcome = await store.commit([change('a', revision, revision + 1, { kinds: ['NodeChanged'] })]);
    outcomes.push(outcome);
    if (!outcome.ok) break;
    revision += 1;
  }
  await killing;
  await postgres.startAgain();
  const last = outcomes.at(-1);
  if (last?.ok === false && last.code === 'outcome-unknown' && (await last.settled).ok) revision += 1;
  await committedAtLast(() => store.commit([]));
  expect(await fleetById(store)).toMatchObject({ a: { revision } });
  const { lastSequence } = await store.load();
  expect(lastSequence).toBe(revision);
  expect((await store.events({ limit: 1000 })).map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: lastSequence }, (_, index) => index + 1),
  );
}, 60_000);

describe('a connection that is lost in the middle of COMMIT', () => {
  const rows: readonly { readonly fault: Fault; readonly isWritten: boolean }[] = [
    { fault: 'lose-it', isWritten: false },
    { fault: 'lose-answer', isWritten: true },
    { fault: 'half-open', isWritten: true },
  ];

  test.each(rows)('$fault: is found out when the connection is back soon', async ({ fault, isWritten }) => {
    proxy.breakAtCommit(fault);
    const asked = store.commit([change('a', 1, 2, { kinds: ['NodeChanged'] })]);
    await vi.waitFor(async () => {
      const [session] = await postgres.query<{ revision: number }>('select revision from nodes', directUrl);
      proxy.mend();
      expect(Number(session?.revision)).toBe(isWritten ? 2 : 1);
    });
    const outcome = await asked;
    expect(outcome).toMatchObject(
      isWritten ? { ok: true, sequences: [[2]] } : { ok: false, code: 'store-unavailable' },
    );
    await committedAtLast(() => store.commit([change('a', isWritten ? 2 : 1, 3)]));
  });

  test.each(rows)(
    '$fault: is said to be unknown, and settled when the connection is back',
    async ({ fault, isWritten }) => {
      proxy.breakAtCommit(fault);
      const outcome = await store.commit([change('a', 1, 2, { kinds: ['NodeChanged'] })]);
      if (outcome.ok || outcome.code !== 'outcome-unknown') throw new Error(`it was ${JSON.stringify(outcome)}`);
      expect(outcome.reason).toMatch(/connection/u);
      // Nothing is begun before it is settled.
      expect(await store.commit([change('b', null, 1)])).toMatchObject({ ok: false, code: 'store-unavailable' });
      proxy.mend();
      expect(await outcome.settled).toMatchObject(
        isWritten ? { ok: true, sequences: [[2]] } : { ok: false, code: 'store-unavailable' },
      );
      await committedAtLast(() => store.commit([change('a', isWritten ? 2 : 1, 3, { kinds: ['NodeChanged'] })]));
      const { lastSequence } = await store.load();
      expect(lastSequence).toBe(isWritten ? 3 : 2);
    },
  );

  test('and a store that is closed before: whoever waits hears that nobody will know', async () => {
    proxy.breakAtCommit('lose-answer');
    const outcome = await store.commit([change('a', 1, 2)]);
    if (outcome.ok || outcome.code !== 'outcome-unknown') throw new Error(`it was ${JSON.stringify(outcome)}`);
    await store.close();
    await expect(outcome.settled).rejects.toThrow('closed');
  });
});

test('a session that the administrator ends is made anew, with its lock', async () => {
  await postgres.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    directUrl,
  );
  await committedAtLast(() => store.commit([change('a', 1, 2)]));
  await expect(openPostgres(directUrl, logger, 'alone')).rejects.toThrow('is in use by another program');
});

test('whoever needs the database alone is told who has it, and let in when that one is gone', async () => {
  await expect(openPostgres(directUrl, logger, 'alone')).rejects.toThrow(
    new RegExp(
      `The database 'test_\\d+' on 127\\.0\\.0\\.1:\\d+ \\(as user 'postgres'\\) is in use by another program: ` +
        `sluice server \\S+ process ${process.pid} \\w+, from 127\\.0\\.0\\.1, since \\d{4}-.* Stop that one`,
      'u',
    ),
  );
  await store.close();
  const alone = await openPostgres(directUrl, logger, 'alone');
  await expect(openPostgresStore(directUrl, logger)).rejects.toThrow('is in use by another program');
  await alone.writer.close();
  await alone.kysely.destroy();
  const next = await openPostgresStore(directUrl, logger);
  expect(await fleetById(next)).toMatchObject({ a: { revision: 1 } });
  await next.close();
});
