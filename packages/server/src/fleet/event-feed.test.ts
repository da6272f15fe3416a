/** The feed over a real store: nothing is missing and nothing comes twice, wherever a reader stands, and nothing is told too early. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { StoredEvent } from '../store/store.ts';
import { EventFeed, type EventFilter } from './event-feed.ts';
import { WallClock } from './system-clock.ts';

let directory: string;
let store: SqliteStore;
let listeners: ((events: readonly StoredEvent[]) => void)[];
let lastSequence: number;
let feed: EventFeed;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-feed-'));
  store = await openSqliteStore(directory);
  listeners = [];
  lastSequence = 0;
  const source = {
    get lastSequence() {
      return lastSequence;
    },
    events: (query: Parameters<SqliteStore['events']>[0]) => store.events(query),
    subscribeToEvents: (listener: (events: readonly StoredEvent[]) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
  };
  feed = new EventFeed(source, new WallClock());
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** Commits so many events of a node, and makes them visible as the fleet does. */
async function commit(count: number, nodeId = 'a', kind = 'NodeRegistered'): Promise<readonly StoredEvent[]> {
  const event = { kind, at: Date.now(), body: { actor: { name: 'agent', address: null } } };
  const outcome = await store.commit([
    {
      nodeId,
      expectedRevision: null,
      state: null,
      revision: 0,
      events: Array.from({ length: count }, () => event),
      operations: [],
    },
  ]);
  if (!outcome.ok) throw new Error(`committing: ${outcome.code}`);
  return outcome.sequences.flat().map((sequence) => ({ sequence, nodeId, ...event }));
}

function publish(events: readonly StoredEvent[]): void {
  lastSequence = events.at(-1)?.sequence ?? lastSequence;
  for (const listener of listeners) listener(events);
}

async function readAll(after: number, filter: EventFilter = {}): Promise<{ sequences: number[]; pages: number }> {
  const sequences: number[] = [];
  let pages = 0;
  for (let upTo = after; upTo < feed.lastSequence;) {
    const page = await feed.page(upTo, filter, 'r');
    expect(page.oldestKept).toBeNull();
    expect(page.upTo).toBeGreaterThan(upTo);
    sequences.push(...page.events.map(({ sequence }) => sequence));
    upTo = page.upTo;
    pages += 1;
  }
  return { sequences, pages };
}

const from = (first: number, count: number) => Array.from({ length: count }, (_each, index) => first + index);

describe('page', () => {
  test('a reader that is behind what is in memory gets the rest from the store, in one order', async () => {
    publish(await commit(1500));
    feed.follow();
    for (let count = 0; count < 12; count += 1) publish(await commit(1000));
    expect((await readAll(0)).sequences).toEqual(from(1, 13_500));
    expect((await readAll(13_499)).sequences).toEqual([13_500]);
    expect(await feed.page(13_500, {}, 'r')).toMatchObject({ events: [], upTo: 13_500, oldestKept: null });
  });

  test.each(['from the store', 'from memory'])('filters %s, and says how far it has looked', async (where) => {
    if (where === 'from memory') feed.follow();
    publish(await commit(2000));
    publish(await commit(1, 'b'));
    publish(await commit(6000, 'a', 'NodeForgotten'));
    publish(await commit(1, 'b', 'NodeForgotten'));
    expect((await readAll(0, { nodeId: 'b' })).sequences).toEqual([2001, 8002]);
    expect((await readAll(0, { nodeId: 'b', kinds: ['NodeForgotten'] })).sequences).toEqual([8002]);
    expect((await readAll(0, { kinds: ['NodeRegistered'] })).sequences).toEqual(from(1, 2001));
    expect((await readAll(0, { kinds: ['Nothing'] })).sequences).toEqual([]);
  });

  test('what is committed but not yet visible is not told', async () => {
    publish(await commit(3));
    const later = await commit(2);
    expect(await readAll(0)).toMatchObject({ sequences: [1, 2, 3] });
    publish(later);
    expect(await readAll(3)).toMatchObject({ sequences: [4, 5] });
  });

  test('what was removed is said, and reading goes on after it', async () => {
    publish(await commit(50));
    await store.prune({
      eventsBefore: 0,
      eventsKeptMax: 10,
      operationsBefore: 0,
      operationsKeptMax: 10,
      operationsCountedBefore: 0,
      answeredBefore: 0,
      rowsMax: 1000,
    });
    const page = await feed.page(5, {}, 'r');
    expect(page).toMatchObject({ upTo: 50, oldestKept: 41 });
    expect(page.events.map(({ sequence }) => sequence)).toEqual(from(41, 10));
    expect(await feed.oldestSequence()).toBe(41);
  });
});

test('whoever reads everything again and again waits, and keeps nobody else waiting', async () => {
  publish(await commit(10));
  let given = 0;
  // As many as are given at once, and twenty that come one after the other, a tenth of a second each.
  const greedy = from(0, 60).map(() => feed.page(0, {}, 'greedy').then(() => (given += 1)));
  await feed.page(0, {}, 'modest');
  expect(given).toBeLessThan(60);
  await Promise.all(greedy);
});

describe('changed', () => {
  test('resolves when there is something, when the time is over, and when nobody waits any more', async () => {
    const ending = new AbortController();
    publish(await commit(1));
    await feed.changed(0, 60_000, ending.signal);
    const waited = feed.changed(1, 60_000, ending.signal);
    publish(await commit(1));
    await waited;
    await feed.changed(2, 10, ending.signal);
    const abandoned = feed.changed(2, 60_000, ending.signal);
    ending.abort();
    await abandoned;
    expect(feed.lastSequence).toBe(2);
  });

  test('one event is told at once, and many that follow each other are told together', async () => {
    const ending = new AbortController();
    publish(await commit(1));
    let isTold = false;
    const waited = feed.changed(1, 60_000, ending.signal).then(() => (isTold = true));
    publish(await commit(1));
    await Promise.resolve().then(() => undefined);
    expect(isTold).toBe(true);
    await waited;

    const many = await Promise.all(from(0, 200).map(() => commit(1)));
    const startedAt = performance.now();
    let wakes = 0;
    const reader = (async () => {
      for (let seen = 2; seen < 202; seen = feed.lastSequence, wakes += 1)
        await feed.changed(seen, 60_000, ending.signal);
    })();
    // With so many readers, a fiftieth of a second is gathered.
    const others = from(0, 99).map(async () => {
      for (let seen = 2; seen < 202; seen = feed.lastSequence) await feed.changed(seen, 60_000, ending.signal);
    });
    for (const events of many) {
      publish(events);
      // The reader may take its turn after each of them.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([reader, ...others]);
    expect(wakes).toBeLessThan(8 + (performance.now() - startedAt) / 20);
  });
});
