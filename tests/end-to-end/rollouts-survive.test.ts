/** Rollouts through what goes wrong: nodes that fail, vanish or are offline, and a server that is killed in the middle of each step. */
import { rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { FleetUnderTest } from './fleet-under-test.ts';
import { killedAt } from './rollouts-killed.ts';
import {
  ended,
  incarnations,
  RESTART,
  rolloutNodes,
  rolloutThat,
  startFleet,
  startRollout,
  statusesOf,
  stayingPlayer,
  steer,
  WITHIN_MS,
} from './rollouts-under-test.ts';

vi.setConfig({ testTimeout: 4 * WITHIN_MS, hookTimeout: WITHIN_MS });

const THREE = ['n1', 'n2', 'n3'];
const gameServer = fileURLToPath(new URL('../../examples/game-server/dist/server.js', import.meta.url));

let fleet: FleetUnderTest | null = null;
afterEach(async () => {
  await fleet?.stop();
  fleet = null;
});

/** A workload that cannot start while this file is there. */
function breakable(file: string): readonly string[] {
  return ['sh', '-c', `[ ! -e '${file}' ] && exec '${process.execPath}' '${gameServer}'`];
}

test('a node that does not come back stops it, stays out of rotation, and is taken again by a retry', async () => {
  const broken = path.join(os.tmpdir(), `sluice-broken-${process.pid}`);
  try {
    fleet = await startFleet(THREE, {}, { n2: { command: breakable(broken) } });
    await writeFile(broken, '');
    const { id } = await startRollout(fleet, { ...RESTART, all: true, order: { by: 'id' } });
    const paused = await rolloutThat(fleet, id, 'paused', ({ status }) => status === 'paused');
    expect(paused).toMatchObject({ pause: { because: 'failures' }, counts: { succeeded: 1, failed: 1, pending: 1 } });
    expect(paused.pause?.detail).toContain('n2');
    expect((await fleet.node('n2'))?.holds).toMatchObject([{ name: `rollout/${id}` }]);
    const [, failed] = await rolloutNodes(fleet, id);
    expect(failed).toMatchObject({ status: 'failed', attempt: 1 });
    expect(failed?.detail).not.toBeNull();
    await rm(broken);
    await steer(fleet, id, 'retry');
    expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 3, failed: 0 } });
    expect((await rolloutNodes(fleet, id))[1]).toMatchObject({ attempt: 2, status: 'succeeded' });
    expect((await fleet.node('n2'))?.holds).toEqual([]);
  } finally {
    await rm(broken, { force: true });
  }
});

test('a server that is killed in the middle of each step goes on, and restarts each node exactly once', async () => {
  const slow = {
    game: { START_DELAY_MS: '1500' },
    workload: () => ({ undrain: { exec: ['sleep', '2'], timeout: '10s' } }),
  };
  fleet = await startFleet(['n1', 'n2'], {}, { n1: slow });
  for (const step of ['draining', 'acting', 'undraining', 'settling'] as const)
    expect({ step, starts: await killedAt(fleet, step) }).toEqual({ step, starts: { n1: 1, n2: 1 } });
});

test('nodes that are offline at their turn are skipped, or waited for', async () => {
  fleet = await startFleet(['n1', 'n2']);
  await fleet.stopAgent('n1');
  await fleet.nodeThat('n1', 'offline', ({ status }) => status === 'offline');
  const skipping = await startRollout(fleet, { ...RESTART, all: true, maxUnavailable: 2 });
  expect(await ended(fleet, skipping.id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 1, skipped: 1 } });
  const [first] = await rolloutNodes(fleet, skipping.id);
  expect(first).toMatchObject({ nodeId: 'n1', status: 'skipped', detail: expect.stringContaining('offline') });
  const waiting = await startRollout(fleet, { ...RESTART, all: true, maxUnavailable: 2, offline: 'wait' });
  await rolloutThat(fleet, waiting.id, 'through with the other', ({ counts }) => counts.succeeded === 1);
  expect(await statusesOf(fleet, waiting.id)).toEqual({ n1: 'pending', n2: 'succeeded' });
  fleet.startAgent('n1');
  expect(await ended(fleet, waiting.id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } });
});

test('nodes that join meanwhile are taken with includeNew, else only told of; one that is forgotten is skipped', async () => {
  fleet = await startFleet(['n1', 'n2'], {}, { n1: { game: { STUCK_PLAYERS: '1' } } });
  const spec = { ...RESTART, order: { by: 'id' }, selector: 'game=chess' };
  const telling = await startRollout(fleet, { ...spec, canary: 1, drainFirst: false, maxUnavailable: 2 });
  await rolloutThat(fleet, telling.id, 'waiting for an approval', ({ pause }) => pause?.because === 'canary');
  const taking = await startRollout(fleet, { ...spec, includeNew: true, maxUnavailable: 1 });
  await fleet.nodeThat('n1', 'draining', ({ status }) => status === 'draining', WITHIN_MS);
  await fleet.addNode('n3');
  await rolloutThat(fleet, telling.id, 'told of it', ({ newNodes }) => newNodes.includes('n3'));
  await rolloutThat(fleet, taking.id, 'taking it', ({ counts }) => counts.nodes === 3);
  await fleet.stopAgent('n2');
  await fleet.nodeThat('n2', 'offline', ({ status }) => status === 'offline');
  expect((await fleet.request('DELETE', '/api/v1/nodes/n2')).status).toBe(200);
  await fleet.post('n1', 'drain', { hold: `rollout/${taking.id}`, timeout: 1 });
  expect(await ended(fleet, taking.id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 2, skipped: 1 } });
  expect(await statusesOf(fleet, taking.id)).toEqual({ n1: 'succeeded', n2: 'skipped', n3: 'succeeded' });
  await steer(fleet, telling.id, 'cancel');
});

test('a node that vanishes in the middle is waited for, and goes on when it is back', async () => {
  fleet = await startFleet(['n1', 'n2']);
  const leave = await stayingPlayer(fleet, 'n1');
  const before = await incarnations(fleet, ['n1', 'n2']);
  const { id } = await startRollout(fleet, { ...RESTART, all: true, order: { by: 'id' } });
  await fleet.nodeThat('n1', 'draining', ({ status }) => status === 'draining', WITHIN_MS);
  await fleet.stopAgent('n1', 'SIGKILL');
  await fleet.nodeThat('n1', 'offline', ({ connected }) => !connected, WITHIN_MS);
  fleet.startAgent('n1');
  await leave();
  expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } });
  const after = await incarnations(fleet, ['n1', 'n2']);
  expect(after).toEqual({ n1: (before['n1'] ?? 0) + 1, n2: (before['n2'] ?? 0) + 1 });
});
