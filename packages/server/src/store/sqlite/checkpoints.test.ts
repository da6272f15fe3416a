/** The write-ahead log goes into the database between commits: none of them waits for it, and it does not grow without end. */
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../../../tests/wait-for.ts';
import { change, commitOrFail } from '../store-suite-rows.ts';
import { DATABASE_FILE } from './our-database.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

let directory: string;
let store: SqliteStore;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sluice-store-'));
  store = await openSqliteStore(directory);
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const bytesOf = (suffix: string) => statSync(path.join(directory, `${DATABASE_FILE}${suffix}`)).size;

/** A commit of a thousand rows with some 200 bytes each. */
const large = (round: number) =>
  change(`node ${round}`, null, 1, { kinds: Array.from({ length: 1000 }, () => 'NodeChanged') });

test('what was committed is copied after the commit', async () => {
  const before = bytesOf('');
  await commitOrFail(store, [large(0)]);
  expect(bytesOf('')).toBe(before);
  await waitFor('the database has it', () => bytesOf('') > before + 100_000);
});

test('who waits for what was committed has it first, also where the commit itself took long', async () => {
  const before = bytesOf('');
  const startedAt = performance.now();
  const lastedMs = () => performance.now() - startedAt;
  const commits = [];
  // In one turn of the event loop, from whose beginning timers count.
  for (let round = 0; lastedMs() < 150; round += 1) commits.push(commitOrFail(store, [large(round)]));
  for (let turn = 0; turn < 3; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  expect(bytesOf('')).toBe(before);
  await Promise.all(commits);
  await waitFor('the database has it', () => bytesOf('') > before + 100_000);
});

test('under steady writes the log is used again and again', async () => {
  for (let round = 0; round < 40; round += 1) {
    const known = bytesOf('');
    await commitOrFail(store, [large(round)]);
    await waitFor('the database has it', () => bytesOf('') > known);
  }
  expect(bytesOf('-wal')).toBeLessThan(bytesOf('') / 4);
});
