/** When nodes were last seen: from who hears them now, from who did before, and never in the time to come. */
import { expect, test } from 'vitest';
import { Members } from './members.ts';
import { nodeStateUnderTest } from './node-state-under-test.ts';

test('a clock that was wrong counts no longer than until the next word', () => {
  const [now, yearsAhead] = [1_800_000_000_000, 2_100_000_000_000];
  const members = new Members(() => now);
  members.restore(nodeStateUnderTest('n1', {}, 'a', false), yearsAhead);
  members.hear('n1', () => now - 5);
  expect(members.get('n1')?.lastSeenAt).toBe(now);
  members.hear('n1', null);
  expect(members.get('n1')?.lastSeenAt).toBe(now);
});

test('what another server heard later than this one counts, and what it heard earlier does not', () => {
  const now = 1_800_000_000_000;
  const members = new Members(() => now);
  members.restore(nodeStateUnderTest('n1', {}, 'a', false), now - 100);
  const { load } = members.get('n1') ?? {};
  if (load === undefined) throw new Error('the node is not there');
  members.hear('n1', () => now - 50);
  members.measuredElsewhere('n1', load, now - 70);
  expect(members.get('n1')?.lastSeenAt).toBe(now - 50);
  members.measuredElsewhere('n1', load, now - 20);
  expect(members.get('n1')?.lastSeenAt).toBe(now - 20);
  members.hear('n1', null);
  expect(members.get('n1')?.lastSeenAt).toBe(now - 20);
});
