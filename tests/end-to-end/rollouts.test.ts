/** Rollouts over a real fleet: a server process, agents, game servers that are drained and restarted one after the other. */
import { afterEach, expect, test, vi } from 'vitest';
import type { FleetUnderTest } from './fleet-under-test.ts';
import {
  ended,
  incarnations,
  RESTART,
  rolloutNodes,
  rolloutThat,
  startFleet,
  startRollout,
  statusesOf,
  steer,
  WITHIN_MS,
} from './rollouts-under-test.ts';

vi.setConfig({ testTimeout: 2 * WITHIN_MS, hookTimeout: WITHIN_MS });

const THREE = ['n1', 'n2', 'n3'];

let fleet: FleetUnderTest | null = null;
afterEach(async () => {
  await fleet?.stop();
  fleet = null;
});

test('restarts three nodes one after the other, drained first, and never has two out at once', async () => {
  fleet = await startFleet(THREE);
  const before = await incarnations(fleet, THREE);
  const { id } = await startRollout(fleet, {
    ...RESTART,
    selector: 'game=chess',
    maxUnavailable: 1,
    healthySeconds: 1,
  });
  let outMost = 0;
  const rollout = await rolloutThat(fleet, id, 'ended', ({ endedAt, unavailable }) => {
    outMost = Math.max(outMost, unavailable.now);
    return endedAt !== null;
  });
  expect(rollout).toMatchObject({ status: 'succeeded', counts: { succeeded: 3, failed: 0, pending: 0 } });
  expect(rollout.batches).toHaveLength(3);
  expect(outMost).toBeLessThanOrEqual(1);
  const after = await incarnations(fleet, THREE);
  for (const nodeId of THREE) {
    expect((await fleet.node(nodeId))?.holds).toEqual([]);
    expect(after[nodeId]).toBe((before[nodeId] ?? 0) + 1);
  }
  const nodes = await rolloutNodes(fleet, id);
  expect(nodes.map(({ nodeId, status }) => [nodeId, status])).toEqual(THREE.map((nodeId) => [nodeId, 'succeeded']));
  expect(nodes[0]?.operationIds).toHaveLength(3);
  const history = await fleet.request('GET', '/api/v1/history?node=n1&kind=RolloutNodeBegun');
  expect(history.json).toMatchObject({ items: [{ kind: 'RolloutNodeBegun', rolloutId: id, nodeId: 'n1' }] });
});

test('pauses, resumes, and lets what is in flight finish', async () => {
  // Players keep the drain of the first node from ending until they are gone.
  fleet = await startFleet(THREE, {}, { n1: { game: { STUCK_PLAYERS: '2' } } });
  const { id } = await startRollout(fleet, { ...RESTART, all: true, order: { by: 'id' } });
  await fleet.nodeThat('n1', 'draining', ({ status }) => status === 'draining', WITHIN_MS);
  expect(await steer(fleet, id, 'pause')).toMatchObject({ status: 'paused', pause: { because: 'operator' } });
  expect(await steer(fleet, id, 'pause')).toMatchObject({ status: 'paused' });
  await fleet.post('n1', 'drain', { hold: `rollout/${id}`, timeout: 1 });
  await rolloutThat(fleet, id, 'through with its first node', ({ counts }) => counts.succeeded === 1);
  expect(await statusesOf(fleet, id)).toEqual({ n1: 'succeeded', n2: 'pending', n3: 'pending' });
  await steer(fleet, id, 'resume');
  expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
});

test('cancelled while a node drains, it gives that node back and begins nothing more', async () => {
  fleet = await startFleet(THREE, {}, { n1: { game: { STUCK_PLAYERS: '2' } } });
  const before = await incarnations(fleet, THREE);
  const { id } = await startRollout(fleet, { ...RESTART, all: true, order: { by: 'id' } });
  await fleet.nodeThat('n1', 'draining', ({ status }) => status === 'draining', WITHIN_MS);
  await steer(fleet, id, 'cancel');
  expect(await ended(fleet, id)).toMatchObject({ status: 'cancelled', counts: { pending: 2, succeeded: 0 } });
  await fleet.nodeThat('n1', 'active again', ({ status, holds }) => status === 'active' && holds.length === 0);
  expect(await incarnations(fleet, THREE)).toEqual(before);
  const resumed = await fleet.request('POST', `/api/v1/rollouts/${id}/resume`, {});
  expect(resumed).toMatchObject({ status: 409, json: { code: 'rollout-not-possible' } });
});

test('waits for an approval behind its canary', async () => {
  fleet = await startFleet(THREE);
  const { id } = await startRollout(fleet, { ...RESTART, all: true, canary: 1, drainFirst: false });
  await rolloutThat(fleet, id, 'waiting for an approval', ({ pause }) => pause?.because === 'canary');
  expect(await statusesOf(fleet, id)).toEqual({ n1: 'succeeded', n2: 'pending', n3: 'pending' });
  await steer(fleet, id, 'approve');
  expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
});

test('a plan is shown, and a start that names it is refused once it does not hold any more', async () => {
  fleet = await startFleet(['n1', 'n2']);
  const spec = { ...RESTART, all: true, window: { start: '00:00', end: '00:01', timeZone: 'UTC' } };
  const { json: plan } = await fleet.request('POST', '/api/v1/rollouts/plan', spec);
  const planHash: unknown = typeof plan === 'object' && plan !== null && 'planHash' in plan ? plan.planHash : null;
  expect(plan).toMatchObject({ nodes: 2, maxUnavailable: 1, batches: [{ number: 1 }, { number: 2 }] });
  await fleet.addNode('n3');
  await fleet.nodeThat('n3', 'active', ({ status }) => status === 'active', WITHIN_MS);
  const refused = await fleet.request('POST', '/api/v1/rollouts', { ...spec, planHash });
  expect(refused).toMatchObject({ status: 409, json: { code: 'rollout-plan-changed' } });
  expect(JSON.stringify(refused.json)).toContain('n3 came to it');
  // Outside of its window it waits, and says when that opens.
  const { id } = await startRollout(fleet, { ...spec, window: { ...closedWindow(), timeZone: 'UTC' } });
  const waiting = await rolloutThat(fleet, id, 'waiting', (rollout) => rollout.waiting !== null);
  expect(waiting.waiting).toMatch(/window.*opens/u);
  expect(waiting.counts.inProgress).toBe(0);
  await steer(fleet, id, 'cancel');
});

test('a manual drain beside it takes its place until that node is back', async () => {
  fleet = await startFleet(THREE);
  await fleet.post('n3', 'drain', { reason: 'by hand' });
  await fleet.nodeThat('n3', 'drained', ({ status }) => status === 'drained', WITHIN_MS);
  const { id } = await startRollout(fleet, { ...RESTART, nodeIds: THREE, order: { by: 'id' }, maxUnavailable: 1 });
  // What is out already takes no further place: it has its turn first, and the others wait for it.
  const waiting = await rolloutThat(fleet, id, 'waiting', (rollout) => rollout.waiting !== null);
  expect(waiting.unavailable).toEqual({ now: 1, allowed: 1 });
  expect(waiting.waiting).toContain('n3');
  expect(await statusesOf(fleet, id)).toMatchObject({ n1: 'pending', n2: 'pending' });
  await fleet.post('n3', 'undrain');
  expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
});

test('the budgets of others hold: a full one makes it wait', async () => {
  fleet = await startFleet(['n1', 'n2']);
  const budget = { selector: 'game=chess', maxUnavailable: 0 };
  expect((await fleet.request('PUT', '/api/v1/budgets/frozen', budget)).status).toBe(200);
  const { id } = await startRollout(fleet, { ...RESTART, all: true });
  const waiting = await rolloutThat(fleet, id, 'waiting', (rollout) => rollout.waiting !== null);
  expect(waiting.waiting).toContain("'frozen'");
  expect((await fleet.request('DELETE', '/api/v1/budgets/frozen')).status).toBe(200);
  expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } });
});

/** A window of a minute, half a day from now. */
function closedWindow(): { readonly start: string; readonly end: string } {
  const at = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const opensAt = Date.now() + 12 * 3_600_000;
  return { start: at(opensAt), end: at(opensAt + 60_000) };
}
