/** What opening a data directory makes, and that it refuses what it must, in words that say what to do. */
import Database from 'better-sqlite3';
import { mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { change, commitOrFail, fleetById } from '../store-suite-rows.ts';
import type { Store } from '../store.ts';
import { openSqliteStore } from './sqlite-store.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sluice-store-'));
  file = path.join(directory, 'sluice.db');
});
afterEach(() => rm(directory, { recursive: true }));

/** Makes a store with a thousand nodes and closes it, so that everything is in `sluice.db` itself. */
async function makeStore(): Promise<void> {
  const store = await openSqliteStore(directory);
  const changes = Array.from({ length: 1000 }, (_, index) =>
    change(`node-${index}`, null, 1, { state: { text: 'x'.repeat(500) }, kinds: ['NodeRegistered'] }),
  );
  await commitOrFail(store, changes);
  await store.close();
}

/** Changes the closed database as another program would. */
function alter(sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

test('makes the directory, those above it and the files, for its own user only', async () => {
  const nested = path.join(directory, 'var', 'lib', 'sluice');
  const store = await openSqliteStore(nested);
  await store.close();
  expect((await stat(path.join(directory, 'var'))).mode & 0o777).toBe(0o700);
  expect((await stat(nested)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(nested, 'sluice.db'))).mode & 0o777).toBe(0o600);
});

test('leaves the rights of a directory that exists as they are', async () => {
  const shared = path.join(directory, 'shared');
  await mkdir(shared, { mode: 0o750 });
  await (await openSqliteStore(shared)).close();
  expect((await stat(shared)).mode & 0o777).toBe(0o750);
});

test('opens what it closed, again and again', async () => {
  await makeStore();
  for (let round = 0; round < 3; round += 1) {
    const store = await openSqliteStore(directory);
    expect(Object.keys(await fleetById(store))).toHaveLength(1000);
    await store.close();
  }
});

test('opens in the place of a process that was killed before its first migration', async () => {
  await writeFile(file, '');
  const store = await openSqliteStore(directory);
  expect(await store.load()).toEqual({ nodes: [], lastSequence: 0 });
  await store.close();
});

describe('refuses', () => {
  test('a directory that another store of this process has', async () => {
    const store = await openSqliteStore(directory);
    expect(await refusal()).toContain(`The data directory ${directory} is in use by another sluice server.`);
    await commitOrFail(store, [change('a', null, 1)]);
    await store.close();
    await (await openSqliteStore(directory)).close();
  });

  test('a directory that cannot be made', async () => {
    await writeFile(path.join(directory, 'occupied'), '');
    await expect(openSqliteStore(path.join(directory, 'occupied', 'sub'))).rejects.toThrow(
      `The data directory ${path.join(directory, 'occupied', 'sub')} cannot be made. Give one with --data that this user may write to.`,
    );
  });

  test('a file that is no database, and leaves it as it is', async () => {
    const text = 'This is a letter to my aunt. '.repeat(200);
    await writeFile(file, text);
    expect(await refusal()).toBe(
      `The database ${file} cannot be opened. The file is not a SQLite database, or it is damaged. Stop the server and restore a backup with \`sluice server restore FILE\`.`,
    );
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('a database of another program, and leaves it as it is', async () => {
    alter('create table customers (name text)');
    expect(await refusal()).toBe(
      `The database ${file} belongs to another program. Give a data directory of its own with --data, or move the file away.`,
    );
    const database = new Database(file);
    expect(database.pragma('journal_mode', { simple: true })).toBe('delete');
    database.close();
  });

  test('a database that was cut short', async () => {
    await makeStore();
    await truncate(file, 100 * 1024);
    expect(await refusal()).toMatch(/sluice\.db .*is damaged.*estore a backup with `sluice server restore FILE`/su);
  });

  test('a database with a damaged page among its nodes', async () => {
    await makeStore();
    const database = new Database(file, { readonly: true });
    const page = database.prepare("select pageno from dbstat where name = 'nodes' and pagetype = 'leaf'").pluck().get();
    database.close();
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(4096, 0xff), 0, 4096, (Number(page) - 1) * 4096);
    await handle.close();
    expect(await refusal()).toMatch(/sluice\.db .*is damaged.*estore a backup with `sluice server restore FILE`/su);
  });

  test('a database of a newer version, naming what it does not know', async () => {
    await makeStore();
    alter("insert into kysely_migration (name, timestamp) values ('0999-time-travel', '2031-01-01')");
    expect(await refusal()).toBe(
      `The database ${file} was written by a newer version of sluice (it has the migration '0999-time-travel'). ` +
        'Start that version or a later one, or restore a backup that this version made.',
    );
  });

  test('a database that cannot be migrated, and leaves its tables as they were', async () => {
    // The application id is the text SLUC.
    alter(`pragma application_id = 1397511491;
      create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null);
      create table tokens (surprise text)`);
    expect(await refusal()).toContain(`The database ${file} cannot be brought up to date; it is as it was before.`);
    const database = new Database(file, { readonly: true });
    const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all();
    database.close();
    expect(tables).toEqual(['kysely_migration', 'tokens']);
  });

  test('a lock file that somebody else wrote', async () => {
    await writeFile(path.join(directory, 'sluice.lock'), 'mine! '.repeat(100));
    expect(await refusal()).toBe(
      `The file ${path.join(directory, 'sluice.lock')} was not made by sluice. Move it away; sluice makes a new one.`,
    );
  });

  test('a directory in the place of the database', async () => {
    await mkdir(file);
    expect(await refusal()).toContain(`The database ${file} cannot be opened.`);
  });
});

/** The message of the error; asked for twice, since a refusal must give the lock back and leave everything as it was. */
async function refusal(): Promise<string> {
  const [first, second] = [await refusalOnce(), await refusalOnce()];
  expect(second).toBe(first);
  return first;
}

async function refusalOnce(): Promise<string> {
  let store: Store;
  try {
    store = await openSqliteStore(directory);
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
  await store.close();
  return 'it was opened';
}
