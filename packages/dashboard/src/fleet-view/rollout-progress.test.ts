/** How far a rollout is. */
import { expect, test } from 'vitest';
import { rolloutFixture, rolloutNodeFixture } from './rollout-fixture.ts';
import {
  batchNow,
  isInFlight,
  nodesByBatch,
  percentDone,
  ROLLOUT_NODE_STATUSES,
  rolloutIdIn,
} from './rollout-progress.ts';

test('a hundred percent is said only when nothing is left', () => {
  const counts = { nodes: 1000, pending: 1, inProgress: 0, succeeded: 990, failed: 2, skipped: 7 };
  expect(percentDone(counts)).toBe(99);
  expect(percentDone({ ...counts, pending: 0, succeeded: 991 })).toBe(100);
  expect(percentDone({ nodes: 0, pending: 0, inProgress: 0, succeeded: 0, failed: 0, skipped: 0 })).toBe(100);
});

test('it is at the first batch that is not dealt with', () => {
  const { batches } = rolloutFixture();
  expect(batchNow(batches)).toBe(1);
  expect(batchNow(batches.slice(1))).toBe(2);
  expect(batchNow([])).toBeNull();
});

test('nodes by batch keep their order', () => {
  const nodes = [
    rolloutNodeFixture('a', { batch: 1, position: 1 }),
    rolloutNodeFixture('b', { batch: 2, position: 2 }),
    rolloutNodeFixture('c', { batch: 2, position: 3 }),
  ];
  expect(nodesByBatch(nodes).map((batch) => batch.map(({ nodeId }) => nodeId))).toEqual([['a'], ['b', 'c']]);
});

test('in flight is what has begun and not ended', () => {
  expect(ROLLOUT_NODE_STATUSES.filter((status) => isInFlight({ status }))).toEqual([
    'draining',
    'acting',
    'undraining',
    'settling',
  ]);
});

test('holds and actors that are named after a rollout lead to it', () => {
  expect(['rollout/ro_1', 'operator', 'rollout/', 'fleetlock/x', 'rollout/a/b'].map(rolloutIdIn)).toEqual([
    'ro_1',
    null,
    null,
    null,
    null,
  ]);
});
