/** Budgets in the pipeline, on a real store: slots and drains share the places, whatever comes together; what fails takes none. */
import { oneServer } from './servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoredSlot } from '../store/budget-store.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Fleet } from './fleet.ts';
import { nodeStateUnderTest } from './node-state-under-test.ts';
import { newOperationId } from './operation-id.ts';
import { steadyClock } from './system-clock.ts';

const ALICE = { name: 'alice', address: '10.0.0.9' };

let directory: string;
let store: SqliteStore;
let fleet: Fleet;

async function open(): Promise<void> {
  store = await openSqliteStore(directory);
  fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: steadyClock,
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger: pino({ level: 'silent' }),
  });
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-budgets-'));
  store = await openSqliteStore(directory);
  const nodes = ['a', 'b', 'c'].map((id) => nodeStateUnderTest(id, {}, 'z', false));
  await store.commit(
    nodes.map((state) => ({
      nodeId: state.id,
      expectedRevision: null,
      revision: state.revision,
      state: { ...state },
      events: [],
      operations: [],
    })),
  );
  await store.close();
  await open();
});
afterEach(async () => {
  await fleet.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

function set(name: string, maxUnavailable: number) {
  const budget = {
    name,
    selector: null,
    maxUnavailable,
    description: null,
    createdBy: 'alice',
    createdAt: 1,
    updatedAt: 1,
    revision: 1,
  };
  return fleet.access(() => ({ ok: true, value: { tokens: [], budgets: [{ name, budget }], notes: [] } }));
}

function drain(id: string, hold = 'operator') {
  const wish = { timeoutMs: null, onDeadline: 'force', expiresInMs: null, force: false, reason: null } as const;
  return fleet.execute(id, { kind: 'DrainNode', hold, ...wish }, ALICE);
}

function take(groupName: string, holderId: string, nodeId: string | null = null) {
  return fleet.access((_tokens, now, _webhooks, budgets) => {
    const why =
      budgets.slot(groupName, holderId) === undefined ? budgets.whyNoSlot(groupName, nodeId ?? holderId) : null;
    if (why !== null) return { ok: false, problem: why };
    const slot: StoredSlot = { groupName, holderId, takenAt: now, takenBy: 'test', nodeId };
    return { ok: true, value: { tokens: [], slots: [{ groupName, holderId, slot }], notes: [] } };
  });
}

function free(groupName: string, holderId: string) {
  return fleet.access(() => ({
    ok: true,
    value: { tokens: [], slots: [{ groupName, holderId, slot: null }], notes: [] },
  }));
}

test('of slots and drains that come together exactly as many get a place as there are', async () => {
  await set('all', 2);
  const results = await Promise.all([take('all', 'm1'), drain('a'), take('all', 'm2'), drain('b'), drain('c')]);
  expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, false]);
  expect(fleet.budgets.standingOf('all')).toMatchObject({ matching: 3, unavailable: 2, left: 0 });
  expect(results[2]).toMatchObject({
    problem: {
      code: 'budget-exceeded',
      detail:
        "Budget 'all' allows 2 of 3 nodes to be unavailable, and 2 are: a (draining), m1 (holds a slot). Ask again when one of them is back.",
      budget: { nodeIds: ['a', 'm1'] },
    },
  });
});

test('a budget that comes together with what it is for is asked already', async () => {
  const [, drained] = await Promise.all([set('all', 0), drain('a')]);
  expect(drained).toMatchObject({ ok: false, problem: { code: 'budget-exceeded' } });
  const [freed, again] = await Promise.all([set('all', 1), drain('a')]);
  expect([freed.ok, again.ok]).toEqual([true, true]);
});

test('the slot of a node is its place: its drain takes no further one, and neither counts twice', async () => {
  await set('all', 1);
  expect(await take('all', 'machine of a', 'a')).toMatchObject({ ok: true });
  expect(fleet.budgets.fullFor('a')).toEqual([]);
  expect(fleet.budgets.fullFor('b')).toMatchObject([{ taken: [{ id: 'a', because: 'holds a slot' }] }]);
  expect(await drain('a', 'fleetlock/all')).toMatchObject({ ok: true });
  expect(fleet.budgets.standingOf('all')).toMatchObject({ unavailable: 1 });
  expect(await drain('b')).toMatchObject({ ok: false });
  // The node is out, so a slot of it takes no further place, also under another name.
  expect(await take('all', 'a')).toMatchObject({ ok: true });
  await free('all', 'machine of a');
  expect(fleet.budgets.slotsOf('all').map(({ holderId }) => holderId)).toEqual(['a']);
  expect(fleet.budgets.standingOf('all')).toMatchObject({ unavailable: 1 });
});

test('slots are there after a restart, and go with their budget', async () => {
  await set('all', 2);
  await take('all', 'm1');
  await fleet.stop();
  await store.close();
  await open();
  expect(fleet.budgets.slotsOf('all')).toMatchObject([{ holderId: 'm1', takenBy: 'test' }]);
  expect(fleet.budgets.standings()).toMatchObject([{ name: 'all', unavailable: 1, left: 1 }]);
  await fleet.access(() => ({
    ok: true,
    value: { tokens: [], budgets: [{ name: 'all', budget: null }], slots: [], notes: [] },
  }));
  expect(fleet.budgets.slotsOf('all')).toEqual([]);
  expect(await take('all', 'm1')).toMatchObject({ ok: false, problem: { code: 'budget-not-found' } });
});

test('what the store does not take takes no place', async () => {
  await set('all', 1);
  await store.close();
  expect(await drain('a')).toMatchObject({ ok: false });
  expect(fleet.budgets.standingOf('all')).toMatchObject({ unavailable: 0, left: 1 });
});

test('who listens hears of budgets and slots', async () => {
  let heard = 0;
  const end = fleet.budgets.subscribe(() => (heard += 1));
  await set('all', 1);
  await take('all', 'm1');
  end();
  await free('all', 'm1');
  expect(heard).toBe(2);
});
