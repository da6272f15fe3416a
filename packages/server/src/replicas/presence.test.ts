/** Who is there, by what the roll shows over time. */
import { expect, test } from 'vitest';
import type { StoredReplica } from '../store/shared-store.ts';
import { GIVE_UP_MS, look, NOBODY_SEEN, type Presence } from './presence.ts';

const replica = (id: string, beat: number): StoredReplica => ({
  id,
  beat,
  name: id,
  url: null,
  version: '0.1.0',
  startedAt: 0,
  sessions: 0,
  lagMs: 0,
  isLeaving: false,
});

/** Looks every 250 ms; `beatAt` gives what the roll shows of the server `b` then. */
function silentAt(times: readonly number[], beatAt: (at: number) => number): readonly (readonly string[])[] {
  let presence: Presence = NOBODY_SEEN;
  return times.map((at) => {
    const seen = look(presence, [replica('a', at), replica('b', beatAt(at))], 'a', at);
    ({ presence } = seen);
    return seen.silent.map(({ id }) => id);
  });
}

const every250Ms = (untilMs: number) => Array.from({ length: untilMs / 250 + 1 }, (_, index) => index * 250);

test('a server whose beat stands still is silent after that time, not before', () => {
  const times = every250Ms(4000);
  const silent = silentAt(times, () => 7);
  expect(times.filter((_, index) => silent[index]?.includes('b'))[0]).toBe(GIVE_UP_MS);
});

test('one that beats is there, however slowly', () => {
  expect(silentAt(every250Ms(20_000), (at) => Math.floor(at / 2500)).flat()).toEqual([]);
});

test('one that could not look itself counts anew: a store that was away is no silence of others', () => {
  const times = [...every250Ms(1000), 60_000, 60_250];
  expect(silentAt(times, () => 7).flat()).toEqual([]);
});

test('nobody gives itself up', () => {
  let presence: Presence = NOBODY_SEEN;
  for (const at of every250Ms(10_000)) {
    const seen = look(presence, [replica('a', 7)], 'a', at);
    ({ presence } = seen);
    expect(seen.silent).toEqual([]);
  }
});
