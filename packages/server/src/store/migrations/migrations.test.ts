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

/** A database as the version that had this migration last would have left it. */
async function databaseOf(migration: string): Promise<Database.Database> {
  const database = new Database(path.join(directory, 'sluice.db'));
  database.pragma('application_id = 0x534c5543');
  const migrator = new Migrator({
    db: new Kysely<unknown>({ dialect: new SqliteDialect({ database }) }),
    provider: { getMigrations: () => Promise.resolve(migrationsFor({ integer: 'integer', id: 'text' })) },
  });
  expect((await migrator.migrateTo(migration)).error).toBeUndefined();
  return database;
}

test('a store from before commits had ids goes on where it stood', async () => {
  const database = await databaseOf('0002-answered-requests');
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

test('a store from before there were webhooks keeps its events and tokens, and takes webhooks', async () => {
  const database = await databaseOf('0005-event-chain');
  database.exec(`
    insert into tokens (id, kind, name, hash, uses, created_at, created_by) values ('tok_a', 'join', 'kept', 'ab', 0, 1, 'bob');
    insert into events values (7, 'a', 'NodeChanged', 6, '{}', null, null);
    update event_sequence set last_sequence = 7`);
  database.close();

  const store = await openSqliteStore(directory);
  try {
    expect(await store.webhooks.all()).toEqual([]);
    expect(await store.tokens()).toMatchObject([{ id: 'tok_a', name: 'kept' }]);
    expect(await store.events({ limit: 10 })).toMatchObject([{ sequence: 7 }]);
    await store.webhooks.recordProgress({
      webhookId: 'wh_a',
      sequence: 7,
      attempts: 0,
      nextAttemptAt: null,
      failingSince: null,
      problem: null,
      deliveredAt: null,
      missed: 0,
      dropped: 0,
    });
    expect(await store.webhooks.progress()).toMatchObject([{ webhookId: 'wh_a', sequence: 7 }]);
  } finally {
    await store.close();
  }
});

test('a store from before there were budgets keeps its webhooks, and takes budgets and slots', async () => {
  const database = await databaseOf('0006-webhooks');
  database.exec(`
    insert into webhooks (id, name, url, secret, is_enabled, created_by, created_at, starts_after)
      values ('wh_a', 'kept', 'https://hooks.example/', 'whsec_a', 1, 'bob', 1, 0);
    insert into events values (7, 'a', 'NodeChanged', 6, '{}', null, null);
    update event_sequence set last_sequence = 7`);
  database.close();

  const store = await openSqliteStore(directory);
  try {
    expect(await store.webhooks.all()).toMatchObject([{ id: 'wh_a', name: 'kept' }]);
    expect(await store.budgets.all()).toEqual([]);
    const budget = {
      name: 'lobby',
      selector: null,
      maxUnavailable: '25%',
      description: null,
      createdBy: 'bob',
      createdAt: 1,
      updatedAt: 1,
      revision: 1,
    };
    const slot = { groupName: 'lobby', holderId: 'm1', takenAt: 2, takenBy: 'bob', nodeId: null };
    await store.commit([], [], {
      budgets: [{ name: 'lobby', budget }],
      slots: [{ groupName: 'lobby', holderId: 'm1', slot }],
    });
    expect(await store.budgets.all()).toEqual([budget]);
    expect(await store.budgets.slots()).toEqual([slot]);
  } finally {
    await store.close();
  }
});

test('a store from before there were tokens of machines keeps its tokens as they were, and takes such', async () => {
  const database = await databaseOf('0007-budgets');
  database.exec(`
    insert into tokens (id, kind, name, hash, role, created_at, expires_at, selector, uses, created_by, last_used_at)
      values ('tok_a', 'api', 'kept', 'ab', 'operator', 1, 2, 'env=prod', 0, 'bob', 3)`);
  database.close();

  const store = await openSqliteStore(directory);
  try {
    const [kept] = await store.tokens();
    expect(kept).toEqual({
      id: 'tok_a',
      kind: 'api',
      name: 'kept',
      hash: 'ab',
      role: 'operator',
      createdAt: 1,
      expiresAt: 2,
      revokedAt: null,
      selector: 'env=prod',
      nodeType: null,
      usesMax: null,
      uses: 0,
      idleMs: null,
      createdBy: 'bob',
      lastUsedAt: 3,
    });
    if (kept === undefined) throw new Error('the token is gone');
    await store.commit([], [], { tokens: [{ ...kept, id: 'tok_b', role: 'machine' }] });
    expect((await store.tokens()).map(({ id, role }) => [id, role])).toContainEqual(['tok_b', 'machine']);
  } finally {
    await store.close();
  }
});

test('a store from before there were rollouts keeps its budgets, and takes rollouts', async () => {
  const database = await databaseOf('0008-machine-tokens');
  database.exec(`
    insert into budgets (name, max_unavailable, created_by, created_at, updated_at, revision)
      values ('kept', '25%', 'bob', 1, 1, 1)`);
  database.close();

  const store = await openSqliteStore(directory);
  try {
    expect(await store.budgets.all()).toMatchObject([{ name: 'kept', maxUnavailable: '25%' }]);
    expect(await store.rollouts.unended()).toEqual([]);
    const rollout = { id: 'ro_a', status: 'running', createdAt: 1, endedAt: null, body: {} };
    await store.commit([], [], { rollouts: [{ rollout, nodes: [] }] });
    expect(await store.rollouts.unended()).toEqual([rollout]);
  } finally {
    await store.close();
  }
});

test('a store from before servers shared logins keeps its tokens, and takes codes and secrets', async () => {
  const database = await databaseOf('0009-rollouts');
  database.exec(`
    insert into tokens (id, kind, name, hash, uses, created_at, created_by, last_used_at)
      values ('tok_a', 'join', 'kept', 'ab', 0, 1, 'bob', 7)`);
  database.close();

  const store = await openSqliteStore(directory);
  try {
    expect(await store.logins.usesSince(7)).toEqual([{ tokenId: 'tok_a', lastUsedAt: 7 }]);
    const code = { hash: 'cd', purpose: 'login link', value: '{}', expiresAt: 8 };
    await store.logins.keepCode(code, 1);
    expect(await store.logins.takeCode('login link', 'cd')).toEqual(code);
    expect(await store.logins.sharedSecret('logins', 'made')).toBe('made');
  } finally {
    await store.close();
  }
});
