/** The store's suite on SQLite, and what only SQLite can do wrong while it runs: full, read-only and busy databases. */
import Database from 'better-sqlite3';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { change, commitOrFail, fleetById } from '../store-suite-rows.ts';
import { describeStore } from '../store-suite.ts';
import { openSqlite } from './open-sqlite.ts';
import type { OpenedSqlite } from './open-sqlite.ts';
import { openSqliteStore, SqliteStore } from './sqlite-store.ts';

describeStore('SQLite', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'sluice-store-'));
  let current = await openSqliteStore(directory);
  return {
    store: current,
    reopen: async () => {
      await current.close();
      current = await openSqliteStore(directory);
      return current;
    },
    destroy: async () => {
      await current.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('SQLite store in trouble', () => {
  let directory: string;
  let opened: OpenedSqlite;
  let store: SqliteStore;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'sluice-store-'));
    opened = await openSqlite(directory);
    store = new SqliteStore(opened);
    await commitOrFail(store, [change('a', null, 1, { kinds: ['NodeRegistered'] })]);
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  /** Its events need many pages, so a disk that fills up does so in the middle of it, with the node already written. */
  const largeChange = change('a', 1, 2, {
    kinds: Array.from({ length: 2000 }, () => 'NodeChanged'),
    operationIds: ['op_1'],
  });

  async function expectUnchangedAndUsable(): Promise<void> {
    expect(await fleetById(store)).toMatchObject({ a: { revision: 1 } });
    expect(await store.events({ limit: 10 })).toHaveLength(1);
    expect(await store.operation('op_1')).toBeNull();
    expect((await commitOrFail(store, [largeChange]))[0]?.[0]).toBe(2);
    expect(await fleetById(store)).toMatchObject({ a: { revision: 2 } });
  }

  test('a full disk refuses the commit, changes nothing, and the same commit succeeds when there is space again', async () => {
    const pageCount = Number(opened.database.pragma('page_count', { simple: true }));
    opened.database.pragma(`max_page_count = ${pageCount + 4}`);
    const outcome = await store.commit([largeChange]);
    expect(outcome).toMatchObject({ ok: false, code: 'store-unavailable', reason: expect.stringContaining('full') });
    opened.database.pragma('max_page_count = 1000000');
    await expectUnchangedAndUsable();
  });

  test('a read-only database refuses the commit, and takes it when it can be written again', async () => {
    opened.database.pragma('query_only = ON');
    const outcome = await store.commit([largeChange]);
    expect(outcome).toMatchObject({
      ok: false,
      code: 'store-unavailable',
      reason: expect.stringContaining('read-only'),
    });
    await expect(store.recordLastSeen([{ nodeId: 'a', lastSeenAt: 1 }])).rejects.toThrow('read-only');
    opened.database.pragma('query_only = OFF');
    await expectUnchangedAndUsable();
  });

  test('a program that keeps the database locked makes the commit fail, and the next succeeds when it has let go', async () => {
    const other = new Database(path.join(directory, 'sluice.db'));
    try {
      other.exec('BEGIN IMMEDIATE');
      const outcome = await store.commit([largeChange]);
      expect(outcome).toMatchObject({
        ok: false,
        code: 'store-unavailable',
        reason: expect.stringContaining('Another program'),
      });
      other.exec('ROLLBACK');
      await expectUnchangedAndUsable();
    } finally {
      other.close();
    }
  });

  test('a program that reads the database does not disturb commits', async () => {
    const other = new Database(path.join(directory, 'sluice.db'), { readonly: true });
    try {
      other.exec('BEGIN');
      expect(other.prepare('select count(*) as count from events').get()).toEqual({ count: 1 });
      await commitOrFail(store, [largeChange]);
      expect(other.prepare('select count(*) as count from events').get()).toEqual({ count: 1 });
    } finally {
      other.close();
    }
  });

  test('a mistake of ours is thrown, not called an unavailable store', async () => {
    opened.database.exec('drop table operations');
    await expect(store.commit([change('a', 1, 2, { operationIds: ['op_1'] })])).rejects.toThrow('committing changes');
    expect(await fleetById(store)).toMatchObject({ a: { revision: 1 } });
  });

  test('nobody can change an event', () => {
    expect(() => opened.database.exec("update events set kind = 'Other'")).toThrow('events are append-only');
  });

  test('a commit is synced to the disk before it is acknowledged', () => {
    expect(opened.database.pragma('synchronous', { simple: true })).toBe(2);
    expect(opened.database.pragma('journal_mode', { simple: true })).toBe('wal');
  });

  test('only its own user can read the files', async () => {
    for (const file of ['sluice.db', 'sluice.db-wal', 'sluice.lock']) {
      expect((await stat(path.join(directory, file))).mode & 0o777).toBe(0o600);
    }
  });
});
