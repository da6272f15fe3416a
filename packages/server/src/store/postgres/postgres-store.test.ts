/** The store's suite on PostgreSQL, and what only PostgreSQL adds to it. */
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../observe/logger.ts';
import { change, commitOrFail, fleetById } from '../store-suite-rows.ts';
import { describeStore } from '../store-suite.ts';
import type { Store } from '../store.ts';
import { openPostgresStore } from './postgres-store.ts';
import { PostgresUnderTest } from './postgres-under-test.ts';
import { TABLES } from './prepare-database.ts';

const logger = createLogger('silent');

let postgres: PostgresUnderTest;
let schemas = 0;
/** The schema of the suite's stores; `null`: not made yet. */
let suiteUrl: string | null = null;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
  await postgres.newDatabase();
}, 90_000);
afterAll(() => postgres.destroy());

/** The first is new; making the tables anew for each of the others would take longer than all that the suite does. */
async function emptySchema(): Promise<string> {
  if (suiteUrl === null) return (suiteUrl = await newSchema());
  const deleted = TABLES.filter((table) => table !== 'event_sequence').map((table) => `delete from ${table}`);
  const begun = 'update event_sequence set last_sequence = 0, last_commit_id = null, last_hash = null';
  await postgres.query([...deleted, begun].join(';'), suiteUrl);
  return suiteUrl;
}

/** A new schema is made faster than a new database, and shows that a store keeps to its own. */
async function newSchema(): Promise<string> {
  schemas += 1;
  const name = `fleet_${schemas}`;
  await postgres.query(`create schema ${name}`, postgres.url('test_1'));
  return postgres.url('test_1', { search: `?options=-csearch_path%3D${name}` });
}

describeStore('PostgreSQL', async () => {
  const url = await emptySchema();
  let current = await openPostgresStore(url, logger);
  return {
    store: current,
    reopen: async () => {
      await current.close();
      current = await openPostgresStore(url, logger);
      return current;
    },
    destroy: () => current.close(),
  };
});

describe('PostgreSQL store', () => {
  let url: string;
  let store: Store;
  beforeEach(async () => {
    url = await newSchema();
    store = await openPostgresStore(url, logger);
    await commitOrFail(store, [change('a', null, 1, { kinds: ['NodeRegistered'] })]);
  });
  afterEach(() => store.close());

  test('nobody can change an event', async () => {
    await expect(postgres.query("update events set kind = 'Other'", url)).rejects.toThrow('events are append-only');
  });

  test('a mistake of ours is thrown, not called an unavailable store, and what it began is undone', async () => {
    await postgres.query('alter table nodes rename to nodes_away', url);
    await expect(store.commit([change('a', 1, 2)])).rejects.toThrow('committing changes');
    await postgres.query('alter table nodes_away rename to nodes', url);
    await commitOrFail(store, [change('a', 1, 2, { kinds: ['NodeChanged'] })]);
    expect(await fleetById(store)).toMatchObject({ a: { revision: 2 } });
    expect((await store.load()).lastSequence).toBe(2);
  });

  test('stores in two schemas of one database do not disturb each other', async () => {
    const other = await openPostgresStore(await newSchema(), logger);
    try {
      expect(await other.load()).toEqual({ nodes: [], lastSequence: 0 });
      await commitOrFail(other, [change('a', null, 7)]);
      expect(await fleetById(store)).toMatchObject({ a: { revision: 1 } });
    } finally {
      await other.close();
    }
  });

  test('a thousand changes are a handful of statements', async () => {
    const changes = Array.from({ length: 1000 }, (_, index) =>
      change(`n${index}`, null, 1, { kinds: ['A', 'B'], operationIds: [`op_${index}`] }),
    );
    const startedAt = performance.now();
    await commitOrFail(store, changes);
    // On one core of this kind it takes 60 ms; a round trip for each row would take seconds.
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect((await store.load()).lastSequence).toBe(2001);
  });
});
