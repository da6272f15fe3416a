/** Work that one server does at a time is taken over when that one dies, within seconds, whichever it was. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ReceiverUnderTest } from '../../packages/server/src/webhooks/receiver-under-test.ts';
import { RESTART, rolloutThat, startRollout } from '../end-to-end/rollouts-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { ReplicasUnderTest } from './replicas-under-test.ts';

/** Milliseconds from a doer's death until its work goes on. */
const TAKEN_OVER_WITHIN_MS = 5000;
/** Milliseconds more on a machine that is busy with other tests. */
const BUSY_MS = 10_000;
/** Duties of one kind: with so many, each of three servers has one but by the rarest chance. */
const DUTIES = 8;

let postgres: PostgresUnderTest;
let replicas: ReplicasUnderTest;
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
  receiver = await ReceiverUnderTest.start();
  replicas = await ReplicasUnderTest.start(postgres, 3, {
    webhooks: { allowPrivateAddresses: true, retryAfter: ['100ms'] },
  });
});
afterEach(async () => {
  await replicas.stop();
  await receiver.close();
  await postgres.destroy();
});

function report(what: string, tookMs: number): void {
  console.info(`${what} ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(TAKEN_OVER_WITHIN_MS + BUSY_MS);
}

/** Kills the first server. @returns When, by `performance.now()`. */
async function kill(): Promise<number> {
  const diedAt = performance.now();
  await replicas.at(0).fleet.stopServer('SIGKILL');
  return diedAt;
}

test('deadlines of drains, and rollouts', async () => {
  const { fleet: dying } = replicas.at(0);
  const { fleet } = replicas.at(1);
  const nodeIds = Array.from({ length: 4 }, (_, index) => `n${index}`);
  const ofType = (id: string, type: string) => ({ id, type, region: 'eu-west', port: 1 });
  await Promise.all(
    nodeIds.map((nodeId, index) =>
      dying.addNode(nodeId, {
        agent: { server: replicas.doors(), node: ofType(nodeId, index === 0 ? 'lobby' : 'game-server') },
      }),
    ),
  );
  for (const nodeId of nodeIds) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active');
  const [stays, ...restarted] = nodeIds;
  await dying.game(stays ?? '', 'POST', '/players', { seconds: 600 });
  const rollout = await startRollout(fleet, {
    ...RESTART,
    selector: 'type=game-server',
    maxUnavailable: 1,
    healthySeconds: 1,
  });
  await rolloutThat(fleet, rollout.id, 'under way', ({ counts }) => counts.succeeded > 0);
  const drain = await fleet.post(stays ?? '', 'drain', { timeout: 3, onDeadline: 'cancel' });
  const deadlineAt = performance.now() + 3000;
  await kill();
  await fleet.operationThat(drain.id, 'over by its deadline', ({ endedAt }) => endedAt !== null);
  report('the death of the server before it delayed a deadline by', Math.max(0, performance.now() - deadlineAt));
  const { counts } = await rolloutThat(fleet, rollout.id, 'over', ({ endedAt }) => endedAt !== null);
  expect(counts.succeeded).toBe(restarted.length);
}, 240_000);

test('webhooks: each goes on where it was', async () => {
  const { fleet } = replicas.at(1);
  for (let index = 0; index < DUTIES; index += 1) {
    const made = await fleet.request('POST', '/api/v1/webhooks', {
      url: `${receiver.url}?webhook=${index}`,
      kinds: ['TokenCreated'],
    });
    expect(made.status).toBe(200);
  }
  const deliveriesOf = (name: string) => receiver.received.filter(({ body }) => body.includes(`"${name}"`)).length;
  await fleet.request('POST', '/api/v1/tokens', { name: 'before', role: 'viewer' });
  await waitFor('all deliveries', () => deliveriesOf('before') >= DUTIES);
  const diedAt = await kill();
  await fleet.request('POST', '/api/v1/tokens', { name: 'after', role: 'viewer' });
  await waitFor('all deliveries', () => deliveriesOf('after') >= DUTIES);
  report('after the death of a server all webhooks were delivered within', performance.now() - diedAt);
}, 240_000);
