/** Exports: the same store gives the same bytes whatever database it is in; damage is noticed; an import fills an empty store or changes nothing. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../observe/logger.ts';
import { change, commitOrFail, fleetById } from '../store/store-suite-rows.ts';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { PostgresUnderTest } from '../store/postgres/postgres-under-test.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { exportStore } from './export-store.ts';
import { BUDGET, fillStore, NODES, SLOT } from './fill-store.ts';
import { importStore } from './import-store.ts';
import type { StoreLocation } from './store-location.ts';

const { signal } = new AbortController();

let directory: string;
let file: string;
/** A data directory in which `fillStore` was done. */
let filled: StoreLocation;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sluice-export-'));
  file = path.join(directory, 'store.jsonl');
  filled = sqlite('filled');
  const store = await openSqliteStore(path.join(directory, 'filled'));
  await fillStore(store);
  await store.close();
});
afterEach(() => rm(directory, { recursive: true }));

const sqlite = (name: string): StoreLocation => ({ kind: 'sqlite', dataDirectory: path.join(directory, name) });
const exportTo = (location: StoreLocation, to = file) => exportStore({ location, file: to, overwrite: false, signal });
const importFrom = (location: StoreLocation, from = file) => importStore({ location, file: from, signal });

async function expectFilled(store: Store): Promise<void> {
  const nodes = await fleetById(store);
  expect(Object.keys(nodes)).toHaveLength(NODES);
  expect(nodes['🎮']).toMatchObject({ lastSeenAt: 1_700_000_000_123, state: { nested: { lone: '\ud800' } } });
  expect((await store.load()).lastSequence).toBe(NODES + 1);
  expect((await store.tokens()).map(({ id, role }) => [id, role])).toEqual([
    ['token-1', 'operator'],
    ['token-2', null],
  ]);
  expect(await store.budgets.all()).toEqual([BUDGET]);
  expect(await store.budgets.slots()).toEqual([SLOT]);
  expect(await store.answeredRequests(['admin key'])).toMatchObject([{ operationId: 'op_1' }]);
  expect(await store.operation('op_7')).not.toBeNull();
  // It goes on where the other stood.
  expect(await commitOrFail(store, [change('a', 3, 4, { kinds: ['NodeChanged'] })])).toEqual([[NODES + 2]]);
  await store.close();
}

describe('between SQLite and PostgreSQL', () => {
  let postgres: PostgresUnderTest;
  beforeAll(async () => {
    postgres = await PostgresUnderTest.start({ isDurable: false });
  }, 90_000);
  afterAll(() => postgres.destroy());

  test('SQLite, file, PostgreSQL, file, SQLite, file: the three files have the same bytes', async () => {
    const url = await postgres.newDatabase();
    const database: StoreLocation = { kind: 'postgres', url };
    const second = path.join(directory, 'second.jsonl');
    const third = path.join(directory, 'third.jsonl');
    expect(await exportTo(filled)).toMatchObject({ ok: true, rows: { nodes: NODES, events: NODES + 1, tokens: 2 } });
    expect(await importFrom(database)).toMatchObject({
      ok: true,
      rows: { nodes: NODES, events: NODES + 1, tokens: 2 },
    });
    expect(await exportTo(database, second)).toMatchObject({ ok: true });
    expect(await importFrom(sqlite('third'), second)).toMatchObject({ ok: true });
    expect(await exportTo(sqlite('third'), third)).toMatchObject({ ok: true });
    const bytes = await readFile(file);
    expect(bytes.equals(await readFile(second))).toBe(true);
    expect(bytes.equals(await readFile(third))).toBe(true);

    expect(await importFrom(database)).toMatchObject({ ok: false, detail: expect.stringContaining('is not empty') });
    await expectFilled(await openPostgresStore(url, createLogger('silent')));
    await expectFilled(await openSqliteStore(path.join(directory, 'third')));
  });

  test('exports beside a server that runs, and imports into no database that one has', async () => {
    const url = await postgres.newDatabase();
    const store = await openPostgresStore(url, createLogger('silent'));
    await commitOrFail(store, [change('a', null, 1, { kinds: ['NodeRegistered'] })]);
    expect(await exportTo({ kind: 'postgres', url })).toMatchObject({ ok: true, rows: { nodes: 1 } });
    expect(await importFrom({ kind: 'postgres', url })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('is in use by another program: sluice server'),
    });
    await store.close();
  }, 30_000);

  test('a database without a store, and one that is not there', async () => {
    expect(await exportTo({ kind: 'postgres', url: await postgres.newDatabase() })).toMatchObject({
      ok: false,
      detail: 'The database holds no data of sluice.',
    });
    expect(await exportTo({ kind: 'postgres', url: postgres.url('nowhere') })).toMatchObject({
      ok: false,
      detail: expect.stringContaining("The database 'nowhere' does not exist."),
    });
    expect(await exportTo({ kind: 'postgres', url: 'mysql://x' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('Write it as postgres://'),
    });
  });
});

describe('an export', () => {
  test('is of one moment of a store that is being written', async () => {
    const store = await openSqliteStore(path.join(directory, 'filled'));
    let isOver = false;
    let commits = 0;
    const writing = (async () => {
      while (!isOver) {
        await commitOrFail(store, [
          change('left', commits === 0 ? null : commits, commits + 1, { kinds: ['NodeChanged'] }),
          change('right', commits === 0 ? null : commits, commits + 1, { kinds: ['NodeChanged'] }),
        ]);
        commits += 1;
        await new Promise(setImmediate);
      }
    })();
    await expect.poll(() => commits).toBeGreaterThan(10);
    expect(await exportTo(filled)).toMatchObject({ ok: true });
    isOver = true;
    await writing;
    await store.close();
    expect(await importFrom(sqlite('copy'))).toMatchObject({ ok: true });
    const copy = await openSqliteStore(path.join(directory, 'copy'));
    const { left, right } = await fleetById(copy);
    expect(left?.revision).toBe(right?.revision);
    expect((await copy.load()).lastSequence).toBe(NODES + 1 + 2 * (left?.revision ?? 0));
    await copy.close();
  });

  test('is for its owner only, and replaces no file', async () => {
    await exportTo(filled);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await exportTo(filled)).toMatchObject({ ok: false, detail: `${file} is there already.` });
  });

  test('that is interrupted leaves no file', async () => {
    const interrupted = exportStore({ location: filled, file, overwrite: false, signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toThrow('aborted');
    expect(await readdir(directory)).toEqual(['filled']);
  });

  test('of a directory without a store is refused', async () => {
    expect(await exportTo(sqlite('nothing'))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('There is no database in'),
    });
  });
});

describe('an import', () => {
  beforeEach(async () => {
    await exportTo(filled);
  });

  /** Exchanges the lines of the file. */
  async function edit(change_: (lines: readonly string[]) => readonly string[]): Promise<void> {
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    await writeFile(
      file,
      change_(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }

  const rows: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
    [
      'was cut off in a line',
      async () => writeFile(file, (await readFile(file)).subarray(0, 100_000)),
      /cannot be read/u,
    ],
    ['lost its last line', () => edit((lines) => lines.slice(0, -1)), /its last line is missing/u],
    ['lost a line', () => edit((lines) => lines.toSpliced(77, 1)), /its SHA-256 is another one/u],
    ['was altered', () => edit((lines) => lines.with(77, lines[78] ?? '')), /its SHA-256 is another one/u],
    ['goes on after its end', () => edit((lines) => [...lines, lines[5] ?? '']), /comes after its end/u],
    [
      'has a row that no store has',
      () => edit((lines) => lines.with(9, '{"table":"nodes","row":{}}')),
      /line 10 cannot be read/u,
    ],
    ['is something else', () => writeFile(file, 'a letter\n'), /is no export of sluice/u],
    ['is empty', () => writeFile(file, ''), /is empty/u],
    ['is not there', () => rm(file), /There is no file/u],
    [
      'another version made',
      () => edit((lines) => lines.with(0, (lines[0] ?? '').replace(/"schema":"[^"]*"/u, '"schema":"9999"'))),
      /whose tables are not those of this version/u,
    ],
  ];

  test.each(rows)('of a file that %s is refused before anything is made', async (_what, harm, detail) => {
    await harm();
    expect(await importFrom(sqlite('new'))).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
    expect(await readdir(directory)).not.toContain('new');
  });

  test('into a store that a server has used is refused, and changes nothing', async () => {
    const used = path.join(directory, 'used');
    const store = await openSqliteStore(used);
    await commitOrFail(store, [change('mine', null, 1)]);
    await store.close();
    expect(await importFrom(sqlite('used'))).toMatchObject({ ok: false, detail: expect.stringContaining('not empty') });
    const after = await openSqliteStore(used);
    expect(Object.keys(await fleetById(after))).toEqual(['mine']);
    await after.close();
  });

  test('into a data directory that a server has is refused', async () => {
    const store = await openSqliteStore(path.join(directory, 'running'));
    expect(await importFrom(sqlite('running'))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('is in use by another sluice server'),
    });
    await store.close();
  });
});
