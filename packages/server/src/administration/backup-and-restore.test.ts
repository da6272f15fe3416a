/** Backups: of one moment while the store is written, whole, private; and restores that replace nothing before they are sure. */
import { copyFile, mkdtemp, open, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { change, commitOrFail, fleetById } from '../store/store-suite-rows.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { backUpStore } from './back-up-store.ts';
import { fillStore, NODES } from './fill-store.ts';
import { restoreStore } from './restore-store.ts';

const { signal } = new AbortController();

let directory: string;
let dataDirectory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sluice-backup-'));
  dataDirectory = path.join(directory, 'data');
  file = path.join(directory, 'backup.db');
});
afterEach(() => rm(directory, { recursive: true }));

async function makeStore(): Promise<void> {
  const store = await openSqliteStore(dataDirectory);
  await fillStore(store);
  await store.close();
}

const backUp = (options: { readonly overwrite?: boolean } = {}) =>
  backUpStore({ dataDirectory, file, overwrite: options.overwrite ?? false, signal });
const restore = (from = file) => restoreStore({ dataDirectory, file: from, signal });

describe('a backup', () => {
  test('of a store that is being written is one of its moments, and disturbs no commit', async () => {
    const store = await openSqliteStore(dataDirectory);
    await fillStore(store);
    let isOver = false;
    let commits = 0;
    const writing = (async () => {
      while (!isOver) {
        // Both nodes change in one transaction: a backup that is not of one moment would have one without the other.
        await commitOrFail(store, [
          change('left', commits === 0 ? null : commits, commits + 1, { kinds: ['NodeChanged'] }),
          change('right', commits === 0 ? null : commits, commits + 1, { kinds: ['NodeChanged'] }),
        ]);
        commits += 1;
        await new Promise(setImmediate);
      }
    })();
    await expect.poll(() => commits).toBeGreaterThan(10);
    const before = commits;
    const outcome = await backUp();
    isOver = true;
    await writing;
    await store.close();
    expect(outcome).toMatchObject({ ok: true, nodes: NODES + 2 });
    expect((await readdir(directory)).toSorted()).toEqual(['backup.db', 'data']);

    const restored = path.join(directory, 'restored');
    expect(await restoreStore({ dataDirectory: restored, file, signal })).toMatchObject({ ok: true, keptAs: null });
    const copy = await openSqliteStore(restored);
    const { left, right } = await fleetById(copy);
    expect(left?.revision).toBe(right?.revision);
    expect(left?.revision).toBeGreaterThanOrEqual(before);
    expect((await copy.load()).lastSequence).toBe(NODES + 1 + 2 * (left?.revision ?? 0));
    await copy.close();
  });

  test('is one file, for its owner only, and says what is in it', async () => {
    await makeStore();
    expect(await backUp()).toEqual({
      ok: true,
      nodes: NODES,
      operations: NODES,
      events: NODES + 1,
      bytes: (await stat(file)).size,
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(directory)).toSorted()).toEqual(['backup.db', 'data']);
  });

  test('does not replace a file unless it is told to', async () => {
    await makeStore();
    await writeFile(file, 'a letter');
    expect(await backUp()).toMatchObject({ ok: false, detail: `${file} is there already.` });
    expect((await stat(file)).size).toBe(8);
    expect(await backUp({ overwrite: true })).toMatchObject({ ok: true });
  });

  test.each([
    ['nothing', async () => undefined, /There is no database in/u],
    ['a file that is no database', () => writeDatabase('a letter'.repeat(1000)), /is not a database/u],
    ['an empty file', () => writeDatabase(''), /There is nothing in/u],
    ['a database of another program', () => alter('pragma application_id = 7'), /of another program/u],
    [
      'a newer version',
      () => alter("insert into kysely_migration values ('9999-future', '')"),
      /newer version of sluice \(it has the migration '9999-future'\)/u,
    ],
    ['a page that is damaged', damagePage, /is damaged: /u],
    ['a database that was cut short', () => truncate(path.join(dataDirectory, 'sluice.db'), 300_000), /is damaged: /u],
  ])('of %s is refused and leaves no file', async (what, harm, detail) => {
    if (what !== 'nothing') await makeStore();
    await harm();
    expect(await backUp()).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
    expect((await readdir(directory)).filter((name) => name !== 'data')).toEqual([]);
  });

  test('that is interrupted leaves no file', async () => {
    await makeStore();
    const interrupted = backUpStore({ dataDirectory, file, overwrite: false, signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toThrow('aborted');
    expect(await readdir(directory)).toEqual(['data']);
  });
});

describe('a restore', () => {
  test('brings the store back as it was, and keeps what was there, which can be restored as well', async () => {
    await makeStore();
    await backUp();
    const store = await openSqliteStore(dataDirectory);
    await commitOrFail(store, [change('later', null, 1, { kinds: ['NodeRegistered'] })]);
    const { nodes } = await store.load();
    await store.close();

    const outcome = await restore();
    if (!outcome.ok || outcome.keptAs === null) throw new Error(JSON.stringify(outcome));
    expect(outcome).toMatchObject({ nodes: NODES, events: NODES + 1 });
    const restored = await openSqliteStore(dataDirectory);
    expect(await fleetById(restored)).not.toHaveProperty('later');
    expect((await restored.tokens()).map(({ id }) => id)).toEqual(['token-1', 'token-2']);
    await commitOrFail(restored, [change('a', 3, 4, { kinds: ['NodeChanged'] })]);
    await restored.close();

    expect(await restore(outcome.keptAs)).toMatchObject({ ok: true, nodes: nodes.length });
    const again = await openSqliteStore(dataDirectory);
    expect(await fleetById(again)).toHaveProperty('later');
    await again.close();
  });

  test('brings back no one-time code, which may have been used since, and not the secret that keys come from', async () => {
    const store = await openSqliteStore(dataDirectory);
    await store.logins.keepCode({ hash: 'ab', purpose: 'login link', value: '{}', expiresAt: Date.now() + 60_000 }, 10);
    await store.logins.sharedSecret('logins', 'of before');
    await backUp();
    expect(await store.logins.takeCode('login link', 'ab')).not.toBeNull();
    await store.close();
    expect(await restore()).toMatchObject({ ok: true });
    const restored = await openSqliteStore(dataDirectory);
    try {
      expect(await restored.logins.takeCode('login link', 'ab')).toBeNull();
      expect(await restored.logins.sharedSecret('logins', 'of now')).toBe('of now');
    } finally {
      await restored.close();
    }
  });

  test('keeps the log of a server that was killed, and with it what only that has', async () => {
    await makeStore();
    await backUp();
    // A second connection keeps the log from being emptied, and the log is put back as a killed process leaves it.
    const store = await openSqliteStore(dataDirectory);
    await commitOrFail(store, [change('only-in-the-log', null, 1, { kinds: ['NodeRegistered'] })]);
    const log = path.join(dataDirectory, 'sluice.db-wal');
    await copyFile(log, `${log}.copy`);
    const database = path.join(dataDirectory, 'sluice.db');
    await copyFile(database, `${database}.copy`);
    await store.close();
    await rename(`${database}.copy`, database);
    await rename(`${log}.copy`, log);

    const outcome = await restore();
    if (!outcome.ok || outcome.keptAs === null) throw new Error(JSON.stringify(outcome));
    expect(await restore(outcome.keptAs)).toMatchObject({ ok: true });
    const again = await openSqliteStore(dataDirectory);
    expect(await fleetById(again)).toHaveProperty('only-in-the-log');
    await again.close();
  });

  test('that was cut off when its copy was whole is finished by the next start', async () => {
    await makeStore();
    await backUp();
    const store = await openSqliteStore(dataDirectory);
    await commitOrFail(store, [change('later', null, 1)]);
    await store.close();
    await copyFile(file, path.join(dataDirectory, 'sluice.db.restoring'));
    const restarted = await openSqliteStore(dataDirectory);
    expect(await fleetById(restarted)).not.toHaveProperty('later');
    await restarted.close();
    expect((await readdir(dataDirectory)).filter((name) => name.includes('.before-restore-'))).toHaveLength(1);
  });

  test('that was cut off earlier has changed nothing', async () => {
    await makeStore();
    await writeFile(path.join(dataDirectory, 'sluice.db.incoming'), 'half a copy');
    const store = await openSqliteStore(dataDirectory);
    expect((await store.load()).nodes).toHaveLength(NODES);
    await store.close();
  });

  test('is refused while a server has the data directory', async () => {
    await makeStore();
    await backUp();
    const store = await openSqliteStore(dataDirectory);
    expect(await restore()).toMatchObject({ ok: false, detail: expect.stringContaining('is in use by another') });
    await commitOrFail(store, [change('b', null, 1)]);
    await store.close();
  });

  test.each([
    ['is not there', () => rm(file), /There is no file/u],
    ['is not a database', () => writeFile(file, 'a letter'.repeat(1000)), /is not a database/u],
    ['was cut short', () => truncate(file, 300_000), /is damaged: /u],
    ['is the database itself', async () => void (file = path.join(dataDirectory, 'sluice.db')), /the database itself/u],
  ])('from a file that %s is refused, and changes nothing', async (_what, harm, detail) => {
    await makeStore();
    await backUp();
    await harm();
    expect(await restore()).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
    expect((await readdir(dataDirectory)).filter((name) => name.startsWith('sluice.db.'))).toEqual([]);
    const store = await openSqliteStore(dataDirectory);
    expect((await store.load()).nodes).toHaveLength(NODES);
    await store.close();
  });
});

async function writeDatabase(text: string): Promise<void> {
  await writeFile(path.join(dataDirectory, 'sluice.db'), text);
}

async function alter(sql: string): Promise<void> {
  const database = new Database(path.join(dataDirectory, 'sluice.db'));
  database.exec(sql);
  database.close();
}

async function damagePage(): Promise<void> {
  const handle = await open(path.join(dataDirectory, 'sluice.db'), 'r+');
  await handle.write(Buffer.alloc(4096, 0x5a), 0, 4096, 4096 * 40);
  await handle.close();
}
