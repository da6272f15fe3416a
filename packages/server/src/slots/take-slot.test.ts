/** Taking a slot in the same moment in which nodes change: the places are counted as that moment leaves them. */
import { oneServer } from '../fleet/servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fleet } from '../fleet/fleet.ts';
import { helloUnderTest } from '../fleet/hello-under-test.ts';
import { nodeStateUnderTest } from '../fleet/node-state-under-test.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { releaseSlot } from './release-slot.ts';
import { takeSlot } from './take-slot.ts';

const ALICE = { name: 'alice', address: '10.0.0.9' };

let directory: string;
let store: SqliteStore;
let fleet: Fleet;

/** Three nodes, of which the first is out because its workload is not healthy, and a budget that lets one be out. */
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-slots-'));
  store = await openSqliteStore(directory);
  const nodes = ['a', 'b', 'c'].map((id) => nodeStateUnderTest(id, {}, 'z', false));
  await store.commit(
    nodes.map((state) => ({
      nodeId: state.id,
      expectedRevision: null,
      revision: state.revision,
      state: { ...state, workload: { ...state.workload, healthy: state.id !== 'a' } },
      events: [],
      operations: [],
    })),
  );
  fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: steadyClock,
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger: pino({ level: 'silent' }),
  });
  const terms = { selector: null, maxUnavailable: 1, description: null };
  const budget = { name: 'web', ...terms, createdBy: 'alice', createdAt: 1, updatedAt: 1, revision: 1 };
  await fleet.access(() => ({ ok: true, value: { tokens: [], budgets: [{ name: 'web', budget }], notes: [] } }));
});
afterEach(async () => {
  await fleet.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** The agent says it, as it does by itself. */
function recordHealth(id: string, healthy: boolean) {
  const state = fleet.node(id)?.state;
  if (state === undefined) throw new Error(`there is no node ${id}`);
  return fleet.record(id, { kind: 'RecordWorkload', workload: { ...state.workload, healthy } }, ALICE);
}

function drain(id: string) {
  const wish = { timeoutMs: null, onDeadline: 'force', expiresInMs: null, force: false, reason: null } as const;
  return fleet.execute(id, { kind: 'DrainNode', hold: 'operator', ...wish }, ALICE);
}

/** Its agent comes for the first time. */
function join(id: string) {
  const credentials = { kind: 'unasked' } as const;
  const hello = helloUnderTest(id);
  return fleet.execute(
    id,
    { kind: 'RegisterNode', hello, sessionId: `session of ${id}`, credentials, remoteIp: '10.0.0.1' },
    ALICE,
  );
}

test('a node that comes back at that moment needs a place, and there is none where another has just taken it', async () => {
  expect(fleet.budgets.standingOf('web')).toMatchObject({ unavailable: 1, left: 0 });
  const [recorded, drained, taken] = await Promise.all([
    recordHealth('a', true),
    drain('b'),
    takeSlot(fleet, { group: 'web', id: 'a' }, ALICE),
  ]);
  expect([recorded.ok, drained.ok]).toEqual([true, true]);
  expect(taken).toMatchObject({ ok: false, problem: { code: 'budget-exceeded', budget: { nodeIds: ['b'] } } });
  expect(fleet.budgets.standingOf('web')).toMatchObject({ unavailable: 1 });
  expect(fleet.budgets.slotsOf('web')).toEqual([]);
  expect(fleet.node('a')?.state.holds).toEqual([]);
});

test('a node that is out since that moment takes no further place', async () => {
  await recordHealth('a', true);
  const [drained, taken] = await Promise.all([drain('b'), takeSlot(fleet, { group: 'web', id: 'b' }, ALICE)]);
  expect(drained.ok).toBe(true);
  // It is held; what is left is that the node's drain has not ended.
  expect(taken).toMatchObject({ ok: false, problem: { code: 'slot-draining' } });
  expect(fleet.budgets.slot('web', 'b')).toMatchObject({ nodeId: 'b' });
  expect(fleet.budgets.standingOf('web')).toMatchObject({ unavailable: 1 });
});

test('a node that joins while the machine asks is drained', async () => {
  await recordHealth('a', true);
  const asking: Promise<unknown>[] = [];
  // Decided together with the node: memory does not show it yet when the machine asks, and does when that is decided.
  const askMeanwhile = () => {
    asking.push(takeSlot(fleet, { group: 'web', id: 'd' }, ALICE));
    return { ok: true, value: { tokens: [], notes: [] } } as const;
  };
  const [joined] = await Promise.all([join('d'), fleet.access(askMeanwhile)]);
  expect(joined.ok).toBe(true);
  expect(await Promise.all(asking)).toMatchObject([{ ok: false, problem: { code: 'slot-draining' } }]);
  expect(fleet.budgets.slot('web', 'd')).toMatchObject({ nodeId: 'd' });
  expect(fleet.node('d')?.state.holds).toMatchObject([{ name: 'fleetlock/web' }]);
});

test('a node that joins in the same moment is drained', async () => {
  await recordHealth('a', true);
  const [joined, taken] = await Promise.all([join('d'), takeSlot(fleet, { group: 'web', id: 'd' }, ALICE)]);
  expect(joined.ok).toBe(true);
  expect(taken).toMatchObject({ ok: false, problem: { code: 'slot-draining' } });
  expect(fleet.node('d')?.state.holds).toMatchObject([{ name: 'fleetlock/web' }]);
});

test('a token that has ended takes no slot, and gives none back', async () => {
  await recordHealth('a', true);
  const slot = { group: 'web', id: 'machine' };
  const ended = { ...ALICE, tokenId: 'tok_ended' };
  const refused = { ok: false, problem: { code: 'unauthenticated' } };
  expect(await takeSlot(fleet, slot, ended)).toMatchObject(refused);
  expect(fleet.budgets.slotsOf('web')).toEqual([]);
  expect(await takeSlot(fleet, slot, ALICE)).toMatchObject({ ok: true });
  expect(await releaseSlot(fleet, slot, 'given-back', ended)).toMatchObject(refused);
  expect(fleet.budgets.slotsOf('web')).toMatchObject([{ holderId: 'machine' }]);
});
