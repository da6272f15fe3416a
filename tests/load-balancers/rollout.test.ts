/**
 * Twelve real game servers with players behind a real HAProxy under load: a rolling restart costs no request and cuts no player, never
 * takes more out than it may, and stops at a server that does not come back.
 */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@sluice/client';
import type { Node, Rollout, RolloutNode, RolloutNodeStatus } from '@sluice/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, freePort, FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { isInstalled } from '../started-program.ts';
import { waitFor } from '../wait-for.ts';
import { AGENT_INTERVAL_MS, HaproxyUnderTest } from './haproxy.ts';
import { OutOfRotation } from './out-of-rotation.ts';
import { startWrk, type WrkLoad } from './wrk-load.ts';

const canProve = isInstalled('haproxy') && isInstalled('wrk');
if (!canProve) console.log('The proof of rollouts with HAProxy is skipped; it needs both: apt-get install haproxy wrk');

const gameServer = fileURLToPath(new URL('../../examples/game-server/dist/server.js', import.meta.url));
const NODES = Array.from({ length: 12 }, (_, index) => `arena-${String(index + 1).padStart(2, '0')}`);
/** 25 % of twelve. */
const OUT_AT_ONCE_MAX = 3;
/** Milliseconds for a dozen drains and restarts, on a machine that is busy with other tests. */
const ROLLOUT_WITHIN_MS = 180_000;
/** Early in the order: many are still to come when it has failed, however fast the others are. */
const STUBBORN = 'arena-02';

let fleet: FleetUnderTest;
let haproxy: HaproxyUnderTest;
let out: OutOfRotation;
let loads: readonly WrkLoad[] = [];

/** While it is there the game server of the stubborn node does not start. */
const levelIsMissing = () => path.join(fleet.directory, 'level-is-missing');

beforeAll(async () => {
  if (!canProve) return;
  fleet = await FleetUnderTest.start();
  const checks = new Map<string, number>();
  for (const nodeId of NODES) {
    const agentCheckPort = await freePort();
    checks.set(nodeId, agentCheckPort);
    const start = `${process.execPath} ${gameServer}`;
    await fleet.addNode(nodeId, {
      ...(nodeId === STUBBORN
        ? { command: ['/bin/sh', '-c', `test -e ${levelIsMissing()} && exit 1; exec ${start}`] }
        : {}),
      game: { PLAYERS: '4', PLAY_SECONDS: '1', SEED: '7' },
      workload: (port) => ({
        health: {
          http: `http://127.0.0.1:${port}/healthz`,
          interval: '200ms',
          timeout: '2s',
          healthyWithin: nodeId === STUBBORN ? '6s' : '20s',
        },
      }),
      agent: { rotation: { agentCheck: `127.0.0.1:${agentCheckPort}`, settle: `${3 * AGENT_INTERVAL_MS}ms` } },
    });
  }
  for (const nodeId of NODES) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 60_000);
  haproxy = await HaproxyUnderTest.start(
    fleet.directory,
    NODES.map((name) => ({ name, port: fleet.ports.get(name) ?? 0, agentCheckPort: checks.get(name) ?? 0 })),
  );
}, 240_000);

beforeEach(async () => {
  if (!canProve) return;
  await waitFor('HAProxy to have every server in rotation', async () => (await haproxy.outOfRotation()).length === 0);
  const address = `http://127.0.0.1:${haproxy.port}/stats`;
  loads = [startWrk(address, 8, true), startWrk(address, 4, false)];
  out = OutOfRotation.watch(haproxy);
});

afterEach(async () => {
  if (!canProve) return;
  await out.stop();
  await Promise.all(loads.map((load) => load.stop()));
});

afterAll(async () => {
  if (!canProve) return;
  await haproxy.stop();
  await fleet.stop();
});

describe.skipIf(!canProve)(
  'a rolling restart of twelve servers at 25 %, draining first',
  () => {
    test('loses no request, cuts no player, and never has more than three out', async () => {
      const before = await incarnations();
      const { id } = await start();
      const ended = await rolloutThat(id, 'ended', ({ endedAt }) => endedAt !== null);
      expect(ended).toMatchObject({ status: 'succeeded', counts: { nodes: 12, succeeded: 12 } });
      expect(await incarnations()).toEqual(before.map((incarnation) => incarnation + 1));
      await expectNobodyHurt(id);
      expect(out.most).toBe(OUT_AT_ONCE_MAX);
    });

    test('stops at the server that does not come back, and goes on when it is mended', async () => {
      const before = await incarnations();
      await writeFile(levelIsMissing(), '');
      const { id } = await start();
      const paused = await rolloutThat(
        id,
        'paused with nothing in flight',
        ({ status, counts }) => status === 'paused' && counts.inProgress === 0,
      );
      expect(paused).toMatchObject({ pause: { because: 'failures' }, counts: { failed: 1 } });
      expect(paused.pause?.detail).toContain(STUBBORN);
      const [failed] = await nodesOf(id, 'failed');
      expect(failed).toMatchObject({ nodeId: STUBBORN });
      // It stays out of rotation, and whoever had not had their turn was not touched.
      const stubborn = await fleet.node(STUBBORN);
      expect(stubborn).toMatchObject({ availability: 'drain', holds: [{ name: `rollout/${id}` }] });
      const pending = await nodesOf(id, 'pending');
      expect(pending.length).toBeGreaterThan(0);
      const now = await incarnations();
      for (const { nodeId } of pending) expect(now[NODES.indexOf(nodeId)]).toBe(before[NODES.indexOf(nodeId)]);

      await rm(levelIsMissing());
      const retried = await api().retryRollout({ id, body: {} });
      if (!retried.ok) throw new Error(`retrying: ${JSON.stringify(retried.problem)}`);
      if (retried.value.status === 'paused') await api().resumeRollout({ id, body: {} });
      const ended = await rolloutThat(id, 'ended', ({ endedAt }) => endedAt !== null);
      expect(ended).toMatchObject({ status: 'succeeded', counts: { succeeded: 12 } });
      await waitFor(
        'HAProxy to have every server in rotation',
        async () => (await haproxy.outOfRotation()).length === 0,
      );
      await expectNobodyHurt(id);
      expect(out.most).toBeLessThanOrEqual(OUT_AT_ONCE_MAX);
    });
  },
  ROLLOUT_WITHIN_MS,
);

const api = () => createClient({ url: fleet.url, token: ADMIN_TOKEN });

async function start(): Promise<Rollout> {
  const answer = await api().startRollout({
    body: {
      selector: 'type=game-server',
      command: { kind: 'restart' },
      maxUnavailable: '25%',
      drainFirst: true,
      healthySeconds: 2,
      reason: 'a new level',
    },
  });
  if (!answer.ok) throw new Error(`starting: ${JSON.stringify(answer.problem)}`);
  return answer.value;
}

async function rolloutThat(id: string, what: string, condition: (rollout: Rollout) => boolean): Promise<Rollout> {
  let seen: unknown;
  return waitFor(
    `the rollout to be ${what}`,
    async () => {
      const answer = (seen = await api().getRollout({ id }));
      return answer.ok && condition(answer.value) ? answer.value : undefined;
    },
    { withinMs: ROLLOUT_WITHIN_MS - 30_000, seen: () => seen },
  );
}

async function nodesOf(id: string, status: RolloutNodeStatus): Promise<readonly RolloutNode[]> {
  const answer = await api().listRolloutNodes({ id, query: { status } });
  if (!answer.ok) throw new Error(`the nodes of the rollout: ${JSON.stringify(answer.problem)}`);
  return answer.value.items;
}

async function incarnations(): Promise<readonly number[]> {
  const nodes = await Promise.all(NODES.map((nodeId) => fleet.node(nodeId)));
  return nodes.map((node: Node | undefined) => node?.workload.incarnation ?? Number.NaN);
}

/** By HAProxy's own statistics, by who sent the requests, and by what each drain saw when it said that nobody was left. */
async function expectNobodyHurt(rolloutId: string): Promise<void> {
  const results = await Promise.all(loads.map((load) => load.stop()));
  for (const { failed, text, requests } of results) {
    expect({ failed, text }).toMatchObject({ failed: 0 });
    expect(requests).toBeGreaterThan(500);
  }
  expect(await haproxy.failures()).toEqual([]);
  const drains = await api().listOperations({ query: { command: 'drain', by: `rollout/${rolloutId}` } });
  if (!drains.ok) throw new Error(`the drains of the rollout: ${JSON.stringify(drains.problem)}`);
  expect(drains.value.items.length).toBeGreaterThanOrEqual(NODES.length);
  for (const drain of drains.value.items)
    expect(drain).toMatchObject({ status: 'succeeded', result: { forced: false, evidence: { kind: 'counted' } } });
  const requests = results.reduce((sum, result) => sum + result.requests, 0);
  console.log(
    `${requests} requests, 0 failed; at most ${out.most} of ${NODES.length} servers out at once, in ${out.looks} looks`,
  );
}
