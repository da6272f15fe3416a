/** The dashboard's store of nodes against a real server: whole at first, true after each change, and true again after the server was away. */
import { type Client, type ClientEvent, createClient } from '@sluice/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FleetFeed, type FeedState } from '../../packages/dashboard/src/live/fleet-feed.ts';
import { NodeStore } from '../../packages/dashboard/src/live/node-store.ts';
import { Watched } from '../../packages/dashboard/src/live/watched.ts';
import { ADMIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { waitFor } from '../wait-for.ts';

let server: ServerUnderTest;
let stop: AbortController;
let store: NodeStore;
let state: Watched<FeedState>;
let told: ClientEvent[];
let missed: number;
let listsRead: string[];
/** The page is looked at. */
let isSeen: boolean;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('a', { sessions: 3 });
  await server.addNode('b', { sessions: 4 });
  stop = new AbortController();
  store = new NodeStore((flush) => queueMicrotask(flush));
  state = new Watched<FeedState>({ kind: 'connecting' });
  told = [];
  missed = 0;
  listsRead = [];
  isSeen = true;
});
afterEach(async () => {
  stop.abort();
  await server.stop();
});

/** A server that is started again has another port; a browser would find it at the same. */
function api(): Client {
  return createClient({
    url: 'http://sluice.test',
    token: ADMIN_TOKEN,
    fetch: (input, init) => {
      const address = new URL(input instanceof Request ? input.url : input);
      if (address.pathname === '/api/v1/nodes') listsRead.push(address.search);
      return fetch(new URL(address.pathname + address.search, server.url), init);
    },
  });
}

async function follow(): Promise<void> {
  const feed = new FleetFeed({
    api: api(),
    store,
    state,
    signal: stop.signal,
    now: () => Date.now(),
    seen: () => waitFor('somebody to look', () => isSeen || stop.signal.aborted).then(() => undefined),
    told: (event) => told.push(event),
    missed: () => (missed += 1),
  });
  void feed.run();
  await waitFor('the feed to be live', () => state.get().kind === 'live' && store.snapshot().isKnown, {
    seen: state.get,
  });
}

const shown = () =>
  store
    .snapshot()
    .nodes.map(({ id, status }) => `${id} ${status}`)
    .join(', ');
const expectShown = (expected: string) =>
  waitFor(`the store to show ${expected}`, () => shown() === expected, { seen: shown });

test('a change is shown soon, and only what has changed is asked for', async () => {
  await follow();
  expect(shown()).toBe('a active, b active');
  const before = store.node('b');
  let changesOfB = 0;
  store.subscribeToNode('b', () => (changesOfB += 1));
  await server.ask('POST', '/api/v1/nodes/a/drain');
  await expectShown('a draining, b active');
  expect(told.map(({ kind }) => kind)).toContain('OperationRequested');
  expect(store.node('b')).toBe(before);
  expect(changesOfB).toBe(0);
  expect(listsRead.filter((search) => !search.includes('changedSince'))).toHaveLength(1);
});

test('a node that joins is shown, one that was forgotten is not any more', async () => {
  await follow();
  await server.addNode('aa', {});
  await expectShown('a active, aa active, b active');
  await server.dropAgent('b');
  await expectShown('a active, aa active, b offline');
  await server.ask('DELETE', '/api/v1/nodes/b');
  await expectShown('a active, aa active');
});

test('a load that no event tells of is shown too', async () => {
  await follow();
  server.say('a', { kind: 'heartbeat', load: { sessions: 7, cpuPercent: 50, memoryBytes: null, problem: null } });
  await expect.poll(() => store.node('a')?.load, { timeout: 15_000 }).toMatchObject({ sessions: 7, cpuPercent: 50 });
});

test('a server that was away is said to be, and what it did meanwhile is shown when it is back', async () => {
  await follow();
  const states: string[] = [];
  state.subscribe(() => states.push(state.get().kind));
  await server.restart();
  await waitFor('the feed to be live again', () => states.includes('lost') && state.get().kind === 'live', {
    seen: () => states,
    withinMs: 30_000,
  });
  expect(missed).toBeGreaterThan(0);
  // What is shown stays shown meanwhile, and the agents, which were not told of the new port, are still believed.
  await expectShown('a active, b active');
  await server.ask('POST', '/api/v1/nodes/b/drain');
  await expectShown('a active, b draining');
});

test('while nobody looks nothing is asked for', async () => {
  await follow();
  isSeen = false;
  await waitFor('the last question to be answered', async () => {
    const before = listsRead.length;
    await server.ask('POST', '/api/v1/nodes/a/drain', { body: '{}', headers: { 'content-type': 'application/json' } });
    await waitFor('the event', () => told.some(({ kind }) => kind === 'OperationRequested'));
    return listsRead.length === before;
  });
  isSeen = true;
  await expectShown('a draining, b active');
});
