/** Several fleets on one PostgreSQL decide as one. */
import type { Actor, Hello } from '@sluice/contract';
import type { Command } from '@sluice/core';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { newServerId } from '../replicas/about-replica.ts';
import { Replicas } from '../replicas/replicas.ts';
import type { Store } from '../store/store.ts';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { PostgresUnderTest } from '../store/postgres/postgres-under-test.ts';
import { Fleet } from './fleet.ts';
import { helloUnderTest } from './hello-under-test.ts';
import { newOperationId } from './operation-id.ts';
import { steadyClock } from './system-clock.ts';
import type { FleetToken } from './token.ts';

const logger = pino({ level: 'silent' });
const actor: Actor = { name: 'test', address: null };
const drain: Command = {
  kind: 'DrainNode',
  hold: 'h',
  timeoutMs: null,
  onDeadline: 'hold',
  expiresInMs: null,
  force: false,
  reason: null,
};

let postgres: PostgresUnderTest;
let url: string;
const servers: Server[] = [];

interface Server {
  readonly fleet: Fleet;
  readonly replicas: Replicas;
  readonly store: Store;
  /** Why it was to start anew. */
  readonly superseded: string[];
  readonly stop: () => Promise<void>;
}

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
}, 90_000);
afterAll(() => postgres.destroy());

beforeEach(async () => {
  url = await postgres.newDatabase();
});
afterEach(async () => {
  for (const { stop } of servers.splice(0)) await stop();
});

async function startServer(name: string): Promise<Server> {
  const superseded: string[] = [];
  const store = await openPostgresStore(url, logger);
  const replicas = await Replicas.enter({
    shared: store.shared,
    clock: steadyClock,
    logger,
    newId: newServerId,
    about: () => ({ name, url: null, version: '0.1.0', startedAt: 0, sessions: 0 }),
    givenUp: () => undefined,
  });
  const fleet = await Fleet.open({
    store,
    clock: steadyClock,
    servers: replicas,
    superseded: (reason) => superseded.push(reason),
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger,
  });
  const server = {
    fleet,
    replicas,
    store,
    superseded,
    stop: async () => {
      await fleet.stop();
      await replicas.stop();
      await store.close();
    },
  };
  servers.push(server);
  return server;
}

/** The agent of a node connects. */
function connect({ fleet, replicas }: Server, nodeId: string, sessionId = `s-${nodeId}`, more: Partial<Hello> = {}) {
  const hello = { ...helloUnderTest(nodeId), ...more };
  const credentials = { kind: 'unasked' } as const;
  return fleet.execute(
    nodeId,
    { kind: 'RegisterNode', hello, sessionId, serverId: replicas.id, remoteIp: '127.0.0.1', credentials },
    actor,
  );
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 5 });

test('what one has committed, all have in memory, with its events in their order', async () => {
  const [one, other] = [await startServer('one'), await startServer('other')];
  const seen: number[] = [];
  other.fleet.subscribeToEvents((events) => seen.push(...events.map(({ sequence }) => sequence)));
  await connect(one, 'a');
  await one.fleet.execute('a', drain, actor);
  await eventually(() => expect(other.fleet.node('a')?.status).toBe('draining'));
  await eventually(() => expect(other.fleet.lastSequence).toBe(one.fleet.lastSequence));
  expect(other.fleet.node('a')?.state).toEqual(one.fleet.node('a')?.state);
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
  // One that starts later finds the session where it is.
  const later = await startServer('later');
  expect(later.fleet.node('a')?.state.session).toMatchObject({ kind: 'connected', serverId: one.replicas.id });
});

describe('at the same instant, at several servers', () => {
  test('the same request is one operation', async () => {
    const three = [await startServer('a'), await startServer('b'), await startServer('c')];
    const [first] = three;
    if (first !== undefined) await connect(first, 'a');
    for (let round = 0; round < 20; round += 1) {
      const once = { key: `key-${round}`, fingerprint: 'f' };
      const results = await Promise.all(three.map(({ fleet }) => fleet.execute('a', drain, actor, once)));
      const ids = results.map((result) => (result.ok ? (result.value.operation?.id ?? result.value.repeatOf) : null));
      expect(new Set(ids).size).toBe(1);
      expect(results.filter((result) => result.ok && result.value.repeatOf === null)).toHaveLength(1);
    }
  });

  test('the last place of a budget is taken once', async () => {
    const [one, other] = [await startServer('one'), await startServer('other')];
    await one.fleet.access((_tokens, now) => ({
      ok: true,
      value: { tokens: [], notes: [], budgets: [{ name: 'all', budget: budgetOfOne(now) }] },
    }));
    for (const nodeId of ['a', 'b']) await connect(one, nodeId);
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.all([one.fleet.execute('a', drain, actor), other.fleet.execute('b', drain, actor)]);
      expect(results.map((result) => (result.ok ? 'ok' : result.problem.code)).toSorted()).toEqual([
        'budget-exceeded',
        'ok',
      ]);
      for (const nodeId of ['a', 'b'])
        await other.fleet.execute(nodeId, { kind: 'ReleaseHold', hold: null, reason: null }, actor);
    }
  });

  test('a join token for one agent lets one in', async () => {
    const [one, other] = [await startServer('one'), await startServer('other')];
    await one.fleet.access((_tokens, now) => ({ ok: true, value: { tokens: [joinToken(now)], notes: [] } }));
    const comes = ({ fleet, replicas }: Server, nodeId: string) => {
      const credentials = { kind: 'key', publicKey: `key of ${nodeId}`, joinTokenId: 'jt' } as const;
      const hello = helloUnderTest(nodeId);
      const said = { hello, sessionId: nodeId, serverId: replicas.id, remoteIp: '127.0.0.1', credentials };
      return fleet.execute(nodeId, { kind: 'RegisterNode', ...said }, actor);
    };
    const results = await Promise.all([comes(one, 'a'), comes(other, 'b')]);
    expect(results.map((result) => (result.ok ? 'ok' : result.problem.code)).toSorted()).toEqual([
      'agent-refused',
      'ok',
    ]);
  });
});

test('an agent that moves takes its node along, and what it says in its old session counts no more', async () => {
  const [one, other] = [await startServer('one'), await startServer('other')];
  await connect(one, 'a', 'old');
  await one.fleet.execute('a', drain, actor);
  expect((await connect(other, 'a', 'new')).ok).toBe(true);
  const said = await one.fleet.record('a', { kind: 'RecordCommands', commands: [] }, actor, 'old');
  expect(said).toMatchObject({ ok: false, problem: { code: 'session-superseded' } });
  await eventually(() =>
    expect(one.fleet.node('a')?.state.session).toMatchObject({ sessionId: 'new', serverId: other.replicas.id }),
  );
  expect(one.fleet.node('a')?.status).toBe('draining');
});

test('what is measured at one is shown by all', async () => {
  const [one, other] = [await startServer('one'), await startServer('other')];
  await connect(one, 'a');
  await eventually(() => expect(one.replicas.hasOthers).toBe(true));
  const heardAt = Date.now() + 1;
  one.fleet.measures.connected('a', () => heardAt);
  one.fleet.measures.measured('a', { sessions: 7, cpuPercent: 3, memoryBytes: 1, problem: null });
  await eventually(() => expect(other.fleet.node('a')?.load).toMatchObject({ sessions: 7, cpuPercent: 3 }));
  expect(other.fleet.node('a')?.lastSeenAt).toBeGreaterThanOrEqual(one.fleet.node('a')?.lastSeenAt ?? Infinity);
  expect(other.fleet.view('a')?.load.sessions).toBe(7);
});

test('when a server goes silent its sessions are over, and its nodes are believed until their leases are', async () => {
  const [one, other] = [await startServer('one'), await startServer('other')];
  await connect(one, 'a');
  await eventually(() => expect(other.fleet.node('a')?.state.session.kind).toBe('connected'));
  // It does not say goodbye.
  await one.fleet.stop();
  await one.store.close();
  await eventually(() => expect(other.fleet.node('a')?.state.session.kind).toBe('disconnected'));
  expect(other.fleet.node('a')?.state.offlineSince).toBeNull();
  expect(other.replicas.roll.map(({ name }) => name)).toEqual(['other']);
  await eventually(() => expect(other.replicas.isOurs('pruning')).toBe(true));
});

function budgetOfOne(now: number) {
  return {
    name: 'all',
    selector: null,
    maxUnavailable: 1,
    description: null,
    createdBy: 'test',
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}

function joinToken(now: number): FleetToken {
  return {
    id: 'jt',
    kind: 'join',
    name: 'jt',
    hash: 'h',
    role: null,
    selector: null,
    nodeType: null,
    usesMax: 1,
    uses: 0,
    idleMs: null,
    createdBy: 'test',
    createdAt: now,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  };
}

test('one that cannot take over what another has committed starts anew: it would decide on what is not true', async () => {
  const [one, other] = [await startServer('one'), await startServer('other')];
  await connect(one, 'a');
  await eventually(() => expect(other.fleet.node('a')?.status).toBe('active'));
  other.fleet.subscribe(() => {
    throw new Error('a fault of ours');
  });
  await one.fleet.execute('a', drain, actor);
  await eventually(() =>
    expect(other.superseded).toEqual(['What other servers have committed could not be taken over.']),
  );
  expect(one.superseded).toEqual([]);
});

test('a database that is back is known to be back, though nobody writes', async () => {
  const one = await startServer('one');
  await connect(one, 'a');
  await postgres.kill();
  expect(await one.fleet.execute('a', drain, actor)).toMatchObject({ ok: false });
  expect(one.fleet.storeProblem).not.toBe(null);
  await postgres.startAgain();
  // Well before something is written by the clock.
  await vi.waitFor(() => expect(one.fleet.storeProblem).toBe(null), { timeout: 15_000, interval: 20 });
}, 60_000);
