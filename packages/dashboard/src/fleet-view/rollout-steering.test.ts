/** How a rollout may be steered. */
import type { Rollout } from '@sluice/contract';
import { expect, test } from 'vitest';
import { rolloutFixture } from './rollout-fixture.ts';
import { hasEnded, steeringsOf } from './rollout-steering.ts';

const paused = (because: NonNullable<Rollout['pause']>['because']): Partial<Rollout> => ({
  status: 'paused',
  pause: { because, detail: 'so it is', by: 'server', at: '2026-01-01T00:00:00.000Z' },
});
const failed = { counts: { ...rolloutFixture().counts, failed: 1 } };

test.each<[what: string, rollout: Partial<Rollout>, steerings: readonly string[]]>([
  ['that runs', {}, ['pause', 'cancel']],
  ['that runs though a node failed', failed, ['pause', 'retry', 'cancel']],
  ['that somebody paused', paused('operator'), ['resume', 'cancel']],
  ['that waits for an approval', paused('canary'), ['approve', 'cancel']],
  ['that stopped at failures', { ...paused('failures'), ...failed }, ['resume', 'retry', 'cancel']],
  ['that is being cancelled', { status: 'cancelling', ...failed }, []],
  ['that failed', { status: 'failed', ...failed }, ['retry']],
  ['that succeeded', { status: 'succeeded' }, []],
])('one %s', (_what, otherwise, steerings) => {
  expect(steeringsOf(rolloutFixture(otherwise))).toEqual(steerings);
});

test('what is being cancelled has not ended', () => {
  expect((['running', 'paused', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const).filter(hasEnded)).toEqual([
    'succeeded',
    'failed',
    'cancelled',
  ]);
});
