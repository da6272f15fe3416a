/** One-time codes of two servers on one real store: once, within their time, for their purpose, and never more than some hundreds. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import Type from 'typebox';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { OneTimeCodes } from './one-time-codes.ts';

const MINUTE_MS = 60_000;
const Named = Type.Object({ name: Type.String() });
const ADA = { name: 'ada' };

let directory: string;
let store: Store;
let nowMs: number;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-codes-'));
  store = await openSqliteStore(directory);
  nowMs = 1_000_000;
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** As each server makes them for itself. */
const codesOf = (purpose = 'greeting') =>
  new OneTimeCodes({ schema: Named, purpose, lifetimeMs: MINUTE_MS, store: store.logins, now: () => nowMs });

test('a code that one server gave works at another within its time, once', async () => {
  const [here, there] = [codesOf(), codesOf()];
  const [first, second] = [await here.issue(ADA), await here.issue({ name: 'bob' })];
  expect(first).toMatch(/^[\w-]{43}$/u);
  nowMs += MINUTE_MS - 1;
  expect(await there.look(first)).toEqual(ADA);
  expect(await there.redeem(first)).toEqual(ADA);
  for (const codes of [here, there]) {
    expect(await codes.redeem(first)).toBeNull();
    expect(await codes.look(first)).toBeNull();
  }
  nowMs += 1;
  expect(await there.look(second)).toBeNull();
  expect(await there.redeem(second)).toBeNull();
});

test('a code works after the server that gave it has gone, and started again', async () => {
  const code = await codesOf().issue(ADA);
  await store.close();
  store = await openSqliteStore(directory);
  expect(await codesOf().redeem(code)).toEqual(ADA);
});

test('of servers that are shown a code at once, one takes it', async () => {
  const code = await codesOf().issue(ADA);
  const taken = await Promise.all(Array.from({ length: 10 }, () => codesOf().redeem(code)));
  expect(taken.filter((value) => value !== null)).toEqual([ADA]);
});

test('what is forged, or of another purpose, stands for nothing and uses nothing up', async () => {
  const codes = codesOf();
  const code = await codes.issue(ADA);
  for (const forged of ['', 'x', '\u0000', `${code}A`, code.toLowerCase(), code.slice(1)])
    expect(await codes.redeem(forged)).toBeNull();
  expect(await codesOf('farewell').redeem(code)).toBeNull();
  expect(await codes.redeem(code)).toEqual(ADA);
});

test('a code whose value another version of the server wrote stands for nothing', async () => {
  const greeting = codesOf();
  const other = new OneTimeCodes({
    schema: Type.Object({ title: Type.String() }),
    purpose: 'greeting',
    lifetimeMs: MINUTE_MS,
    store: store.logins,
    now: () => nowMs,
  });
  expect(await greeting.redeem(await other.issue({ title: 'Dr' }))).toBeNull();
});

test('the store is told to keep no more than five hundred', async () => {
  const asked: number[] = [];
  const codes = new OneTimeCodes({
    schema: Named,
    purpose: 'greeting',
    lifetimeMs: MINUTE_MS,
    store: {
      keepCode: (_code, keptMax) => {
        asked.push(keptMax);
        return Promise.resolve();
      },
      code: () => Promise.resolve(null),
      takeCode: () => Promise.resolve(null),
    },
    now: () => nowMs,
  });
  await codes.issue(ADA);
  expect(asked).toEqual([500]);
});

test('who reads the store cannot use a code', async () => {
  const code = await codesOf().issue(ADA);
  const reader = new Database(path.join(directory, 'sluice.db'), { readonly: true });
  try {
    const rows = reader.prepare<[], { hash: string }>('select * from one_time_codes').all();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(await codesOf().redeem(rows[0]?.hash ?? '')).toBeNull();
  } finally {
    reader.close();
  }
});
