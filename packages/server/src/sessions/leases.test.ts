/** How long a node is believed: from its last word, or from when it could first be heard here. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { HandClock } from '../fleet/hand-clock-under-test.ts';
import { Leases } from './leases.ts';

const LEASE_MS = 1000;

function leasesOn(clock: HandClock, isSure = () => true) {
  const expired: [string, number][] = [];
  const leases = new Leases({
    clock,
    // No timer is late here, however far the clock is moved at once.
    stallMs: Number.POSITIVE_INFINITY,
    logger: pino({ level: 'silent' }),
    isSure,
    expired: (nodeId) => expired.push([nodeId, clock.now()]),
  });
  return { leases, expired };
}

test('a node that another server had is believed for its whole lease from when that one was gone, not from the start of this one', () => {
  const clock = new HandClock();
  const { leases, expired } = leasesOn(clock);
  clock.moveTo(10 * LEASE_MS);
  leases.begin('n', LEASE_MS, null, false);
  clock.moveTo(11 * LEASE_MS - 1);
  expect(expired).toEqual([]);
  clock.moveTo(12 * LEASE_MS);
  expect(expired).toMatchObject([['n', expect.any(Number)]]);
  leases.stop();
});

test('a node that was heard is believed for a lease from its last word', () => {
  const clock = new HandClock();
  const { leases, expired } = leasesOn(clock);
  const lease = leases.begin('n', LEASE_MS, 's', true);
  clock.moveTo(LEASE_MS / 2);
  leases.heard(lease);
  clock.moveTo(1.5 * LEASE_MS - 1);
  expect(expired).toEqual([]);
  clock.moveTo(2 * LEASE_MS);
  expect(expired).toHaveLength(1);
  leases.stop();
});

test('while nobody knows what other servers have recorded no lease ends, and afterwards each is a whole one', () => {
  const clock = new HandClock();
  const { leases, expired } = leasesOn(clock, () => clock.now() > 10 * LEASE_MS);
  leases.begin('n', LEASE_MS, 's', true);
  for (let at = 0; at <= 11 * LEASE_MS - 100; at += 50) clock.moveTo(at);
  expect(expired).toEqual([]);
  clock.moveTo(12 * LEASE_MS);
  expect(expired).toHaveLength(1);
  leases.stop();
});
