/** A store of the version before is brought up to date with everything in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { change, commitOrFail, fleetById } from '../store-suite-rows.ts';
import { openSqliteStore } from '../sqlite/sqlite-store.ts';
import { migrationsFor } from './migrations.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sluice-migrations-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a store from before commits had ids goes on where it stood', async () => {
  const database = new Database(path.join(directory, 'sluice.db'));
  database.pragma('application_id = 0x534c5543');
  const migrator = new Migrator({
    db: new Kysely<unknown>({ dialect: new SqliteDialect({ database }) }),
    provider: { getMigrations: () => Promise.resolve(migrationsFor({ integer: 'integer', id: 'text' })) },
  });
  expect((await migrator.migrateTo('0002-answered-requests')).error).toBeUndefined();
  database.exec(`
    insert into nodes values ('a', 4, '{"name":"kept"}');
    insert into node_last_seen values ('a', 5);
    insert into events values (7, 'a', 'NodeChanged', 6, '{}');
    update event_sequence set last_sequence = 7`);
  database.close();

  const store = await openSqliteStore(directory);
  try {
    expect(await fleetById(store)).toEqual({ a: { nodeId: 'a', revision: 4, lastSeenAt: 5, state: { name: 'kept' } } });
    expect(await commitOrFail(store, [change('a', 4, 5, { kinds: ['NodeChanged'] })])).toEqual([[8]]);
  } finally {
    await store.close();
  }
});
