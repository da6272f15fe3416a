/** Rollouts on a real fleet and store, as far as no agent has to do anything: what the server itself has to get right. */
import { oneServer } from '../fleet/servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { RolloutSpec } from '@sluice/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { Fleet } from '../fleet/fleet.ts';
import { helloUnderTest } from '../fleet/hello-under-test.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { CommitOutcome, SettledOutcome, Store, StoreAge } from '../store/store.ts';
import { Rollouts } from './rollouts.ts';

const ALICE = { name: 'alice', address: '10.0.0.9' };
const SERVER = { name: 'server', address: null };
const ID = 'ro_1';

let directory: string;
let store: Store;
let fleet: Fleet;
let rollouts: Rollouts;
/** What the next commits come to instead of being made. */
let failWith: CommitOutcome | null;
let massSilence: string | null;
/** Only commits that change nodes come to `failWith`. */
let failsNodesOnly: boolean;
/** A commit that nobody knows of was made all the same. */
let isWrittenInDoubt: boolean;
let lastWritten: ReturnType<Store['commit']> | null;

async function open(age: Partial<StoreAge> = {}): Promise<void> {
  const real = await openSqliteStore(directory);
  const commit: Store['commit'] = (changes, answered, beside) => {
    if (failWith === null || (failsNodesOnly && changes.length === 0)) return real.commit(changes, answered, beside);
    if (isWrittenInDoubt) lastWritten = real.commit(changes, answered, beside);
    return Promise.resolve(failWith);
  };
  store = new Proxy<Store>(real, {
    get: (of, name) => {
      if (name === 'commit') return commit;
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? (...given: unknown[]): unknown => Reflect.apply(value, of, given) : value;
    },
  });
  const logger = pino({ level: 'silent' });
  const settings = { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 };
  fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: steadyClock,
    settings,
    newOperationId,
    logger,
  });
  rollouts = new Rollouts({
    servers: oneServer('server'),
    fleet,
    store,
    clock: steadyClock,
    logger,
    allowed: 'all',
    massSilence: () => massSilence,
    parametersCheck: (params) => () => ({ ok: true, value: params }),
    defaultDrainTimeoutMs: null,
  });
  rollouts.begin({ restoredAt: null, writtenAt: null, ...age });
}

async function close(): Promise<void> {
  await rollouts.stop();
  await fleet.stop();
  await store.close();
}

async function register(id: string): Promise<void> {
  const result = await fleet.execute(
    id,
    {
      kind: 'RegisterNode',
      hello: helloUnderTest(id),
      sessionId: `session of ${id}`,
      credentials: { kind: 'unasked' },
      remoteIp: '10.0.0.1',
    },
    SERVER,
  );
  expect(result).toMatchObject({ ok: true });
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-rollouts-'));
  failWith = null;
  massSilence = null;
  failsNodesOnly = false;
  isWrittenInDoubt = false;
  lastWritten = null;
  await open();
  for (const id of ['a', 'b', 'c']) await register(id);
});

afterEach(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

async function start(spec: Partial<RolloutSpec> = {}): Promise<void> {
  const whole: RolloutSpec = {
    all: true,
    command: { kind: 'restart' },
    drainFirst: false,
    order: { by: 'id' },
    ...spec,
  };
  expect(await rollouts.start({ id: ID, isOfKey: false }, { spec: whole, scope: null }, ALICE)).toMatchObject({
    ok: true,
  });
}

const header = () => fleet.rollouts.get(ID)?.header;
/** The operations that were asked for on a node. */
const operationsOn = (id: string) => fleet.node(id)?.state.operations ?? [];
const hasBegun = (id: string) => waitFor(`${id} to have its turn`, () => operationsOn(id).length > 0);

test('a command is given as the rollout, once, whatever happens to the server in between', async () => {
  await start();
  await hasBegun('a');
  const [operation] = operationsOn('a');
  expect(operation).toMatchObject({ command: 'restart', requestedBy: `rollout/${ID}` });
  for (let restarts = 0; restarts < 3; restarts += 1) {
    await close();
    await open();
    for (const id of ['a', 'b', 'c']) await register(id);
  }
  await waitFor('its operation to be known', () => fleet.rollouts.get(ID)?.nodes[0]?.operationId === operation?.id);
  expect(operationsOn('a').map(({ id }) => id)).toEqual([operation?.id]);
  expect(operationsOn('b')).toEqual([]);
});

test('after a start nothing is decided before the agents of its nodes are back', async () => {
  await start();
  await hasBegun('a');
  const before = header();
  await close();
  await open();
  await register('c');
  expect(header()).toEqual(before);
  expect((await rollouts.steer(ID, 'PauseRollout', null, ALICE)).ok).toBe(true);
  await register('a');
  expect(header()).toMatchObject({ status: 'paused' });
});

test('after a start no node begins before each node of the fleet was heard of, or is offline', async () => {
  const drain = {
    kind: 'DrainNode',
    hold: 'operator',
    timeoutMs: null,
    onDeadline: 'force',
    expiresInMs: null,
    force: false,
    reason: null,
  } as const;
  const budget = {
    name: 'all',
    selector: null,
    maxUnavailable: 1,
    description: null,
    createdBy: 'alice',
    createdAt: 1,
    updatedAt: 1,
    revision: 1,
  };
  await fleet.access(() => ({ ok: true, value: { tokens: [], budgets: [{ name: 'all', budget }], notes: [] } }));
  expect((await fleet.execute('c', drain, ALICE)).ok).toBe(true);
  const spec: RolloutSpec = { nodeIds: ['a', 'b'], command: { kind: 'restart' }, drainFirst: false };
  expect((await rollouts.start({ id: ID, isOfKey: false }, { spec, scope: null }, ALICE)).ok).toBe(true);
  const waiting = () => rollouts.outlook(ID).waiting ?? '';
  await waitFor('it to wait for its budget', () => waiting().includes("'all'"), { seen: waiting });
  await close();
  await open();
  // As the store has it all three are available, and the one place of the budget is free.
  const undrain = await fleet.execute('c', { kind: 'ReleaseHold', hold: 'operator', reason: null }, ALICE);
  expect(undrain.ok).toBe(true);
  await waitFor('it to say what it waits for', () => waiting().startsWith('The server was started a moment ago'));
  await register('a');
  await register('b');
  const { session } = fleet.node('c')?.state ?? {};
  await fleet.record('c', { kind: 'ExpireLease', afterSession: session?.sessionId ?? null, lastHeardAt: null }, SERVER);
  await waitFor('it to see that c is out', () => waiting().includes("'all'"), { seen: waiting });
  expect(header()).toMatchObject({ status: 'running' });
  expect([...operationsOn('a'), ...operationsOn('b')]).toEqual([]);
  await register('c');
  await hasBegun('a');
});

test('of an older copy nothing is asked of any node, not even again, until somebody has looked', async () => {
  await start({ maxUnavailable: 1 });
  await hasBegun('a');
  await close();
  await open({ restoredAt: steadyClock.now() });
  await waitFor('the pause', () => header()?.pause?.because === 'restored');
  expect(header()?.pause).toMatchObject({ by: 'server', detail: expect.stringContaining('restored from a backup') });
  for (const id of ['a', 'b', 'c']) await register(id);
  const before = header();
  expect((await rollouts.steer(ID, 'PauseRollout', null, ALICE)).ok).toBe(true);
  expect(header()).toEqual(before);
  expect((await rollouts.steer(ID, 'ResumeRollout', null, ALICE)).ok).toBe(true);
  const resumedAt = header()?.updatedAt ?? 0;
  await close();
  // What was recorded after the restore is not in doubt.
  await open({ restoredAt: resumedAt - 1 });
  for (const id of ['a', 'b', 'c']) await register(id);
  expect((await rollouts.steer(ID, 'PauseRollout', null, ALICE)).ok).toBe(true);
  expect(header()?.pause?.because).toBe('operator');
});

describe('while the store is away', () => {
  const away: CommitOutcome = { ok: false, code: 'store-unavailable', reason: 'The disk is full.' };

  test('people are refused at once, and what happens is recorded once it is back', async () => {
    await start({ maxUnavailable: 1 });
    await hasBegun('a');
    failWith = away;
    const refused = await rollouts.steer(ID, 'PauseRollout', null, ALICE);
    expect(refused).toMatchObject({ ok: false, problem: { code: 'store-unavailable' } });
    rollouts.clockShifted(5000);
    failWith = null;
    const shifts = () => store.events({ kinds: ['RolloutTimesShifted'], limit: 10 });
    await waitFor('the times to be shifted', async () => (await shifts()).length > 0);
    expect((await rollouts.steer(ID, 'PauseRollout', 'again', ALICE)).ok).toBe(true);
    expect(header()?.status).toBe('paused');
    expect((await shifts()).map(({ body }) => body['byMs'])).toEqual([5000]);
  });

  test('a command that could not be given is not given once the rollout is cancelled', async () => {
    failWith = away;
    failsNodesOnly = true;
    await start({ maxUnavailable: 1 });
    await waitFor('a to have its turn', () => fleet.rollouts.get(ID)?.nodes[0]?.status === 'acting');
    // Where it shares a commit with the command it is refused like it.
    await waitFor('the cancel', async () => (await rollouts.steer(ID, 'CancelRollout', 'not today', ALICE)).ok);
    failWith = null;
    await waitFor('its end', async () => (await store.rollouts.get(ID))?.status === 'cancelled');
    expect(operationsOn('a')).toEqual([]);
    const nodes = await store.rollouts.nodes(ID, { limit: 10 });
    expect(nodes.map(({ status }) => status)).toEqual(['skipped', 'pending', 'pending']);
  });

  test('what nobody knows to have been recorded is not recorded twice', async () => {
    await start({ maxUnavailable: 1 });
    await hasBegun('a');
    let settle: (outcome: SettledOutcome) => void = () => undefined;
    const settled = new Promise<SettledOutcome>((resolve) => {
      settle = resolve;
    });
    isWrittenInDoubt = true;
    failWith = { ok: false, code: 'outcome-unknown', reason: 'The connection was lost.', settled };
    rollouts.clockShifted(5000);
    const shifts = () => store.events({ kinds: ['RolloutTimesShifted'], limit: 10 });
    await waitFor('it to be written', async () => (await shifts()).length > 0);
    failWith = null;
    const written = await lastWritten;
    if (written === null || !written.ok) throw new Error('it was not written');
    settle(written);
    expect((await rollouts.steer(ID, 'PauseRollout', null, ALICE)).ok).toBe(true);
    expect(await shifts()).toHaveLength(1);
  });
});

test('many nodes that fall silent together pause it, and only a person resumes it', async () => {
  await start();
  await hasBegun('a');
  massSilence = '2 of 3 nodes fell silent together.';
  rollouts.massSilenceChanged();
  await waitFor('the pause', () => header()?.pause?.because === 'mass-silence');
  massSilence = null;
  rollouts.massSilenceChanged();
  expect((await rollouts.steer(ID, 'ResumeRollout', null, ALICE)).ok).toBe(true);
  expect(header()).toMatchObject({ status: 'running', pause: null });
});

test('a metric gate that is bad lets nothing begin, and pauses it; resumed, it is asked anew', async () => {
  let status = 503;
  const gate = createServer((_request, response) => void response.writeHead(status).end());
  await new Promise<void>((resolve) => void gate.listen(0, '127.0.0.1', resolve));
  try {
    const address = gate.address();
    if (address === null || typeof address === 'string') throw new Error('the gate does not listen');
    const url = `http://127.0.0.1:${address.port}/`;
    await start({ metricGate: { url, intervalSeconds: 1, failuresMax: 2 } });
    await waitFor('the pause', () => header()?.pause?.because === 'metric-gate');
    expect(header()?.pause?.detail).toContain('answered 503');
    expect(operationsOn('a')).toEqual([]);
    status = 200;
    expect((await rollouts.steer(ID, 'ResumeRollout', null, ALICE)).ok).toBe(true);
    await hasBegun('a');
  } finally {
    gate.closeAllConnections();
    await new Promise((resolve) => gate.close(resolve));
  }
});

test('one that has ended is steered while its start is asked for again', async () => {
  // So that no node begins, and its cancel is its end.
  massSilence = '2 of 3 nodes fell silent together.';
  await start();
  expect((await rollouts.steer(ID, 'CancelRollout', null, ALICE)).ok).toBe(true);
  await waitFor('its end', () => fleet.rollouts.get(ID) === undefined);
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const isLooking = new Promise<void>((resolve) => {
    vi.spyOn(store.rollouts, 'get').mockImplementationOnce(async () => {
      resolve();
      await held;
      return store.rollouts.get(ID);
    });
  });
  const again = start();
  await isLooking;
  const steered = rollouts.steer(ID, 'CancelRollout', 'again', ALICE);
  goOn();
  expect(await steered).toMatchObject({ ok: true, value: { header: { id: ID, status: 'cancelled' } } });
  await again;
});

test('a node is in the hands of one rollout at a time', async () => {
  await start({ maxUnavailable: 3 });
  await hasBegun('a');
  const other: RolloutSpec = { all: true, command: { kind: 'restart' }, drainFirst: false, maxUnavailable: 3 };
  expect((await rollouts.start({ id: 'ro_2', isOfKey: false }, { spec: other, scope: null }, ALICE)).ok).toBe(true);
  await waitFor('it to wait', () => rollouts.outlook('ro_2').waiting !== null);
  expect(fleet.rollouts.get('ro_2')?.counts).toMatchObject({ inProgress: 0, pending: 3 });
});
