/** The pipeline on a real store: what is answered is durable, what fails changes nothing, what comes together shares a commit. */
import { oneServer } from './servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Hello } from '@sluice/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { CommitOutcome, NodeChange, SettledOutcome, Store } from '../store/store.ts';
import { steadyClock } from './system-clock.ts';
import { Fleet } from './fleet.ts';
import { helloUnderTest } from './hello-under-test.ts';
import { newOperationId } from './operation-id.ts';
import { Retention } from './retention.ts';

const ALICE = { name: 'alice', address: '10.0.0.9' };

let directory: string;
let store: Store;
let fleet: Fleet;
let commits: number;
/** Called with the number of each commit before it is made. */
let committing: (number: number) => void;
let failWith: CommitOutcome | null;
/** How far the fleet's clock is ahead. */
let laterMs: number;

/** The real store, with a door at its commit: it counts, and it can refuse as a full disk would. */
function guarded(real: Store): Store {
  return {
    load: () => real.load(),
    commit: (changes: readonly NodeChange[], answered, beside) => {
      commits += 1;
      committing(commits);
      return failWith === null ? real.commit(changes, answered, beside) : Promise.resolve(failWith);
    },
    events: (query) => real.events(query),
    answeredRequests: (keys) => real.answeredRequests(keys),
    prune: (request) => real.prune(request),
    chain: (query) => real.chain(query),
    chainHead: () => real.chainHead(),
    age: () => real.age(),
    lastToRemove: (request) => real.lastToRemove(request),
    operation: (id) => real.operation(id),
    operations: (query) => real.operations(query),
    recordLastSeen: (rows) => real.recordLastSeen(rows),
    tokens: () => real.tokens(),
    recordTokenUses: (uses) => real.recordTokenUses(uses),
    pruneTokens: (before) => real.pruneTokens(before),
    webhooks: real.webhooks,
    budgets: real.budgets,
    rollouts: real.rollouts,
    logins: real.logins,
    operationDurations: (lookedAt) => real.operationDurations(lookedAt),
    bytes: () => real.bytes(),
    shared: null,
    close: () => real.close(),
  };
}

async function open(): Promise<void> {
  store = guarded(await openSqliteStore(directory));
  fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: { now: () => steadyClock.now() + laterMs, wakeAt: (at, wake) => steadyClock.wakeAt(at - laterMs, wake) },
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger: pino({ level: 'silent' }),
  });
}

async function close(): Promise<void> {
  await fleet.stop();
  await store.close();
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-fleet-'));
  commits = 0;
  committing = () => undefined;
  failWith = null;
  laterMs = 0;
  await open();
});

afterEach(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

function register(id: string) {
  return fleet.execute(
    id,
    {
      kind: 'RegisterNode',
      hello: helloUnderTest(id),
      sessionId: `session of ${id}`,
      credentials: { kind: 'unasked' },
      remoteIp: '10.0.0.1',
    },
    { name: 'agent', address: null },
  );
}

function drain(id: string, timeoutMs: number | null = null) {
  return fleet.execute(
    id,
    {
      kind: 'DrainNode',
      hold: 'operator',
      timeoutMs,
      onDeadline: 'cancel',
      expiresInMs: null,
      force: false,
      reason: 'r',
    },
    ALICE,
  );
}

test('commands that come together share one commit, each decided on what the ones before it leave', async () => {
  await Promise.all(Array.from({ length: 100 }, (_, index) => register(`n${index}`)));
  expect(commits).toBe(1);
  const writes = Array.from({ length: 50 }, (_, index) =>
    fleet.execute('n1', { kind: 'ReplaceMetadata', json: String(index), ifRevision: index }, ALICE),
  );
  const results = await Promise.all(writes);
  expect(results.every(({ ok }) => ok)).toBe(true);
  expect(commits).toBe(2);
  expect(fleet.node('n1')?.state.metadata).toMatchObject({ json: '49', revision: 50 });
});

test('what was answered is sent before the next commit, which takes its time', async () => {
  await register('n1');
  const order: string[] = [];
  const others: Promise<unknown>[] = [];
  committing = (number) => {
    order.push(`commit ${number}`);
    // It comes while the first is being written.
    if (others.length === 0) others.push(drain('n1'));
  };
  await fleet.execute('n1', { kind: 'ReplaceMetadata', json: '1', ifRevision: 0 }, ALICE);
  // As an answer that is some steps from here to its socket.
  for (let step = 0; step < 50; step += 1) await Promise.resolve();
  order.push('answer sent');
  await Promise.all(others);
  expect(order).toEqual(['commit 2', 'answer sent', 'commit 3']);
});

test('of two writers that saw the same revision one is refused, also in one batch', async () => {
  await register('n1');
  const results = await Promise.all(
    [1, 2].map((json) => fleet.execute('n1', { kind: 'ReplaceMetadata', json: String(json), ifRevision: 0 }, ALICE)),
  );
  expect(results.map((result) => (result.ok ? 'written' : result.problem.code))).toEqual([
    'written',
    'precondition-failed',
  ]);
});

test('every operation is kept in the store, also those that a node’s state has no room for', async () => {
  await register('n1');
  await drain('n1');
  await fleet.execute(
    'n1',
    {
      kind: 'RecordAvailability',
      report: {
        kind: 'availability.report',
        generation: 1,
        availability: 'drain',
        reached: true,
        phase: 'drained',
        sessionsAtStart: null,
        sessionsRemaining: null,
        blockers: [],
        problem: null,
        evidence: { kind: 'settled', settledAt: 1 },
      },
    },
    { name: 'agent', address: null },
  );
  const results = await Promise.all(Array.from({ length: 30 }, () => drain('n1')));
  const ids = results.map((result) => (result.ok ? result.value.operation?.id : undefined));
  for (const id of ids) expect(await fleet.operation(id ?? '')).toMatchObject({ status: 'succeeded' });
});

test('what is committed is there after a start: nodes, holds, operations, history with who and from where', async () => {
  await register('n1');
  const drained = await drain('n1', 60_000);
  const before = fleet.node('n1')?.state;
  await close();
  await open();
  const after = fleet.node('n1')?.state;
  expect(after).toMatchObject({
    holds: before?.holds,
    generation: before?.generation,
    session: { kind: 'disconnected', why: 'the server was restarted' },
  });
  const id = drained.ok ? (drained.value.operation?.id ?? '') : '';
  expect(await fleet.operation(id)).toMatchObject({
    status: 'running',
    requestedBy: 'alice',
    requestedFrom: '10.0.0.9',
  });
  const events = await store.events({ nodeId: 'n1', limit: 100 });
  expect(events.find(({ kind }) => kind === 'HoldPlaced')?.body).toMatchObject({
    actor: ALICE,
    hold: { name: 'operator' },
  });
});

test('a commit that fails changes nothing, says why, and the next may succeed', async () => {
  await register('n1');
  failWith = { ok: false, code: 'store-unavailable', reason: 'The disk is full.' };
  const { version } = fleet;
  expect(await drain('n1')).toEqual({ ok: false, problem: { code: 'store-unavailable', detail: 'The disk is full.' } });
  expect(fleet.node('n1')?.state.holds).toEqual([]);
  expect(fleet.version).toBe(version);
  expect(fleet.storeProblem).toBe('The disk is full.');
  failWith = null;
  expect((await drain('n1')).ok).toBe(true);
  expect(fleet.storeProblem).toBeNull();
});

test('a deadline that comes while the store cannot be written is kept when it can', async () => {
  await register('n1');
  await drain('n1', 100);
  failWith = { ok: false, code: 'store-unavailable', reason: 'The disk is full.' };
  await waitFor('the deadline to be tried', () => fleet.storeProblem !== null);
  failWith = null;
  await waitFor('the drain to be given up', () => fleet.node('n1')?.state.holds.length === 0);
  expect(fleet.storeProblem).toBeNull();
});

test('deadlines of before a start are kept after it', async () => {
  await register('n1');
  await drain('n1', 400);
  await close();
  await open();
  await waitFor('the drain to be given up', () => fleet.node('n1')?.state.holds.length === 0);
  expect(fleet.node('n1')?.state.operations.at(-1)).toMatchObject({
    status: 'failed',
    error: { code: 'deadline-reached' },
  });
});

test('an unknown node is refused, and nothing is written', async () => {
  expect(await drain('nobody')).toMatchObject({ ok: false, problem: { code: 'node-not-found' } });
  expect(commits).toBe(0);
});

function runOnce(key: string, isOnlyRepeat = false) {
  const command = { kind: 'ReleaseHold', hold: 'operator', reason: null } as const;
  return fleet.execute('n1', command, ALICE, { key, fingerprint: 'f', isOnlyRepeat: () => isOnlyRepeat });
}

async function operationOfKey(key: string): Promise<string | undefined> {
  const result = await runOnce(key);
  return result.ok ? result.value.operation?.id : undefined;
}

test('a request is known by its key for a day', async () => {
  await register('n1');
  const first = await operationOfKey('k');
  laterMs = 86_400_000 - 60_000;
  expect(await operationOfKey('k')).toBe(first);
  laterMs = 86_400_000 + 60_000;
  expect(await operationOfKey('k')).not.toBe(first);
});

test('whether something was done under a key can be asked without doing it', async () => {
  await register('n1');
  expect(await runOnce('k', true)).toMatchObject({ ok: false, problem: { code: 'command-withdrawn' } });
  expect(fleet.node('n1')?.state.operations).toEqual([]);
  // Asked for together: the one that comes first is seen by the other.
  const [, asked] = await Promise.all([runOnce('k'), runOnce('k', true)]);
  const [operation] = fleet.node('n1')?.state.operations ?? [];
  expect(asked).toMatchObject({ ok: true, value: { repeatOf: operation?.id } });
  expect(await runOnce('k', true)).toMatchObject({ ok: true, value: { repeatOf: operation?.id } });
});

describe('a commit of which nobody knows what became', () => {
  let settle: (outcome: SettledOutcome) => void;

  async function drainInDoubt(): Promise<string> {
    await register('n1');
    const settled = new Promise<SettledOutcome>((resolve) => {
      settle = resolve;
    });
    failWith = { ok: false, code: 'outcome-unknown', reason: 'the connection was lost', settled };
    const result = await drain('n1');
    return result.ok ? 'done' : result.problem.code;
  }

  test('is said to be unknown, stops all that follows, and is seen when it turns out to be written', async () => {
    expect(await drainInDoubt()).toBe('outcome-unknown');
    expect(await drain('n1')).toMatchObject({ ok: false, problem: { code: 'store-unavailable' } });
    expect(fleet.node('n1')?.state.holds).toEqual([]);
    const seen: string[] = [];
    fleet.subscribeToEvents((events) => seen.push(...events.map(({ kind }) => kind)));
    failWith = null;
    settle({ ok: true, sequences: [[100, 101, 102]], noteSequences: [] });
    await waitFor('the hold', () => fleet.node('n1')?.state.holds.length === 1);
    expect(seen).toEqual(['HoldPlaced', 'AvailabilityWished', 'OperationRequested']);
    expect(fleet.lastSequence).toBe(102);
    expect(fleet.storeProblem).toBeNull();
  });

  test('leaves nothing when it turns out not to be', async () => {
    await drainInDoubt();
    failWith = null;
    settle({ ok: false, code: 'store-unavailable', reason: 'it was not written' });
    await waitFor('the store to be back', async () => (await drain('n1')).ok);
    const events = await store.events({ limit: 1000, kinds: ['HoldPlaced'] });
    expect(events).toHaveLength(1);
  });
});

test('what has happened waits for a store that is away, in its order', async () => {
  await register('n1');
  failWith = { ok: false, code: 'store-unavailable', reason: 'the disk is full' };
  const done: string[] = [];
  const record = (json: string) =>
    fleet
      .record('n1', { kind: 'ReplaceMetadata', json, ifRevision: null }, ALICE)
      .then(({ ok }) => done.push(`${json} ${ok}`));
  const recorded = [record('1'), record('2'), record('3')];
  expect(await drain('n1')).toMatchObject({ ok: false, problem: { code: 'store-unavailable' } });
  expect(done).toEqual([]);
  failWith = null;
  await Promise.all(recorded);
  expect(done).toEqual(['1 true', '2 true', '3 true']);
  expect(fleet.node('n1')?.state.metadata).toMatchObject({ json: '3', revision: 3 });
});

test('what waits for a store that is away is given up when the fleet is stopped', async () => {
  await register('n1');
  failWith = { ok: false, code: 'store-unavailable', reason: 'the disk is full' };
  const recorded = fleet.record('n1', { kind: 'ReplaceMetadata', json: '1', ifRevision: null }, ALICE);
  await fleet.stop();
  expect(await recorded).toMatchObject({ ok: false, problem: { code: 'store-unavailable' } });
});

test('old history goes by age and by number, and what has not ended stays', async () => {
  await register('n1');
  const unended = await drain('n1');
  for (let count = 0; count < 20; count += 1)
    await fleet.execute('n1', { kind: 'ReleaseHold', hold: 'nobody', reason: null }, ALICE);
  const retention = new Retention({
    servers: oneServer('server'),
    store,
    fleet,
    clock: steadyClock,
    settings: { eventsMaxAgeMs: 86_400_000, eventsMaxCount: 5, operationsMaxAgeMs: 1, operationsMaxCount: 100 },
    logger: pino({ level: 'silent' }),
  });
  try {
    const left = await waitFor('the old operations to be gone', async () => {
      const operations = await store.operations({ limit: 1000 });
      return operations.length === 1 && operations[0]?.id;
    });
    expect(left).toBe(unended.ok ? unended.value.operation?.id : '');
    expect((await store.events({ limit: 1000 })).map(({ sequence }) => sequence).at(-1)).toBe(fleet.lastSequence);
    // The last tells which were removed.
    expect(await store.events({ limit: 1000 })).toHaveLength(6);
  } finally {
    await retention.stop();
  }
});

test('an ordinary request is answered at once, however many wait for a store that is away', async () => {
  await register('n1');
  failWith = { ok: false, code: 'store-unavailable', reason: 'the disk is full' };
  const waiting = Array.from({ length: 2500 }, (_, count) =>
    fleet.record('n1', { kind: 'ReplaceMetadata', json: String(count), ifRevision: null }, ALICE),
  );
  expect(await drain('n1')).toMatchObject({ ok: false, problem: { code: 'store-unavailable' } });
  expect(await drain('n1')).toMatchObject({ ok: false, problem: { code: 'store-unavailable' } });
  failWith = null;
  expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true);
  expect(fleet.node('n1')?.state.metadata.json).toBe('2499');
});

test('a decision that fails costs nobody but the one who asked', async () => {
  await register('n1');
  await register('n2');
  const broken = fleet.execute(
    'n1',
    { kind: 'RegisterNode', hello: brokenHello(), sessionId: 's', remoteIp: '', credentials: { kind: 'unasked' } },
    ALICE,
  );
  expect(await Promise.all([broken, drain('n2')])).toMatchObject([
    { ok: false, problem: { code: 'internal' } },
    { ok: true },
  ]);
  expect(await drain('n2')).toMatchObject({ ok: true });
});

/** One whose description cannot be compared: nothing that can be sent is like that, and the next mistake will be another. */
function brokenHello(): Hello {
  const broken = helloUnderTest('n1');
  Object.defineProperty(broken.node, 'labels', {
    get: () => {
      throw new Error('a mistake');
    },
  });
  return broken;
}

test('a clock that was set takes a deadline along that was given in the same moment', async () => {
  await register('n1');
  const hour = 3_600_000;
  const [, isMade] = await Promise.all([
    drain('n1', 60_000),
    fleet.shiftTimes(hour, () => {
      laterMs += hour;
    }),
  ]);
  expect(isMade).toBe(true);
  const [hold] = fleet.node('n1')?.state.holds ?? [];
  const leftMs = (hold?.deadlineAt ?? 0) - fleet.now();
  expect(leftMs).toBeGreaterThan(50_000);
  expect(leftMs).toBeLessThanOrEqual(60_000);
  expect(hold?.deadlineReachedAt).toBeNull();
});

test('a clock that was set while nothing waits is set once, and that is said when it is', async () => {
  let anchored = 0;
  expect(await fleet.shiftTimes(1000, () => (anchored += 1))).toBe(true);
  expect(anchored).toBe(1);
});
