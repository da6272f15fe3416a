/** When tokens were last used, at two servers of one real store: each learns from the other, so that no session ends as unused that is used. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '@sluice/core';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { change } from '../store/store-suite-rows.ts';
import type { Store } from '../store/store.ts';
import { NotedTimes } from './noted-times.ts';
import { TokenBook } from './token-book.ts';
import { isLive, tokenOf } from './token.ts';

const HALF_MINUTE_MS = 30_000;
const START = 1_800_000_000_000;
const SESSION = tokenOf({
  id: 'ses_1',
  kind: 'session',
  name: 'ada',
  hash: 'ab'.repeat(32),
  role: 'viewer',
  createdAt: START,
  idleMs: 5 * 60_000,
});

let directory: string;
let store: Store;
let nowMs: number;
/** The nodes that are connected to the servers, and when each was last seen. */
let here: string[];
let lastSeen: Map<string, number>;
let servers: { readonly tokens: TokenBook; readonly times: NotedTimes; readonly wake: () => void }[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-times-'));
  store = await openSqliteStore(directory);
  await store.commit([], [], { tokens: [SESSION] });
  nowMs = START;
  here = [];
  lastSeen = new Map();
  servers = [begin(), begin()];
});
afterEach(async () => {
  for (const { times } of servers) await times.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** A server whose clock wakes it when the test says so. */
function begin() {
  const wakes = new Set<() => void>();
  const clock: Clock = {
    now: () => nowMs,
    wakeAt: (_at, wake) => {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
  };
  const tokens = new TokenBook();
  tokens.put(SESSION);
  const logger = pino({ level: 'silent' });
  const times = new NotedTimes({
    store,
    clock,
    tokens,
    heardHere: () => here,
    lastSeenOf: (nodeId) => lastSeen.get(nodeId) ?? null,
    written: () => undefined,
    logger,
  });
  times.begin();
  const wake = () => {
    const due = [...wakes];
    wakes.clear();
    for (const each of due) each();
  };
  return { tokens, times, wake };
}

test('a session that is used at one server only is not unused at the other', async () => {
  const [here, there] = servers;
  if (here === undefined || there === undefined) throw new Error('there are no two servers');
  const stored = async () => (await store.tokens())[0]?.lastUsedAt;
  const knownThere = () => there.tokens.get(SESSION.id);
  for (let time = 1; time <= 30; time += 1) {
    nowMs += HALF_MINUTE_MS;
    here.tokens.used(SESSION.id, nowMs);
    here.wake();
    await expect.poll(stored).toBe(nowMs);
    there.wake();
    await expect.poll(() => knownThere()?.lastUsedAt).toBe(nowMs);
    const token = knownThere();
    expect(token !== undefined && isLive(token, nowMs)).toBe(true);
  }
  // What was only heard of is not noted as this server's own.
  expect(there.tokens.takeUses()).toEqual([]);
  expect(there.tokens.candidates(SESSION.hash)).toEqual([{ ...SESSION, lastUsedAt: nowMs }]);
  nowMs += 5 * 60_000;
  const token = knownThere();
  expect(token !== undefined && isLive(token, nowMs)).toBe(false);
});

test('an earlier use of elsewhere does not take back a later one of here', () => {
  const [here] = servers;
  here?.tokens.used(SESSION.id, START + 20);
  here?.tokens.usedElsewhere({ tokenId: SESSION.id, lastUsedAt: START + 10 });
  here?.tokens.usedElsewhere({ tokenId: 'nobody', lastUsedAt: START + 10 });
  expect(here?.tokens.get(SESSION.id)?.lastUsedAt).toBe(START + 20);
});

test('of each node that is connected, and once more of one that has left, it is noted when it was last seen', async () => {
  const [server] = servers;
  await store.commit([change('a', null, 1), change('b', null, 1), change('gone', null, 1)]);
  const noted = async () => {
    const { nodes: stored } = await store.load();
    return Object.fromEntries(stored.map(({ nodeId, lastSeenAt }) => [nodeId, lastSeenAt]));
  };
  here = ['a', 'b', 'nobody'];
  lastSeen = new Map([
    ['a', START + 1],
    ['b', START + 2],
  ]);
  nowMs += HALF_MINUTE_MS;
  server?.wake();
  await expect.poll(noted).toEqual({ a: START + 1, b: START + 2, gone: null });
  here = ['a'];
  lastSeen.set('a', START + 10).set('b', START + 20);
  server?.times.left('b');
  nowMs += HALF_MINUTE_MS;
  server?.wake();
  await expect.poll(noted).toEqual({ a: START + 10, b: START + 20, gone: null });
  // Who stops notes what is known by then.
  lastSeen.set('a', START + 11).set('b', START + 21);
  await server?.times.stop();
  expect(await noted()).toEqual({ a: START + 11, b: START + 20, gone: null });
});
