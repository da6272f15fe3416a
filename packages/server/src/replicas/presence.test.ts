/** Who is there, by what the roll shows over time. */
import { describe, expect, test } from 'vitest';
import { GIVE_UP_MS, look, type Look, NOBODY_SEEN, type Presence } from './presence.ts';
import { replicaUnderTest } from './replica-under-test.ts';

interface Times extends Look {
  /** When the database answered. */
  readonly readAt: number;
}

const atOnce = (at: number): Times => ({ beganAt: at, readAt: at, endedAt: at });

/** `beatAt` gives what the roll shows of the server `b` then. */
function silentIn(looks: readonly Times[], beatAt: (at: number) => number): readonly (readonly string[])[] {
  let presence: Presence = NOBODY_SEEN;
  return looks.map((times) => {
    const seen = look(
      presence,
      [replicaUnderTest('a', times.beganAt), replicaUnderTest('b', beatAt(times.readAt))],
      'a',
      times,
    );
    ({ presence } = seen);
    return seen.silent.map(({ id }) => id);
  });
}

/** Each look is answered at once. */
const silentAt = (times: readonly number[], beatAt: (at: number) => number) => silentIn(times.map(atOnce), beatAt);

/** Looks of which each takes so long, with 250 ms between them. */
const looksOf = (tookMs: number, untilMs: number): readonly Times[] =>
  Array.from({ length: Math.ceil(untilMs / (tookMs + 250)) }, (_, index) => {
    const beganAt = index * (tookMs + 250);
    return { beganAt, readAt: beganAt + tookMs / 2, endedAt: beganAt + tookMs };
  });

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

describe('while the store answers slowly', () => {
  test.each([800, 1500, 5000])('one that is dead is given up after some looks of %i ms', (tookMs) => {
    const silent = silentIn(looksOf(tookMs, 60_000), () => 7);
    expect(silent.slice(0, 3).flat()).toEqual([]);
    expect(silent[3]).toEqual(['b']);
  });

  test.each([800, 1500, 5000])('one that beats as slowly is there: a beat takes it %i ms, too', (tookMs) => {
    const looks = looksOf(tookMs, 120_000);
    for (let shiftMs = 0; shiftMs < tookMs; shiftMs += 50)
      expect(silentIn(looks, (at) => Math.floor((at + shiftMs) / (tookMs + 250))).flat()).toEqual([]);
  });

  test('a look in which all stood still says little of the others', () => {
    const before = every250Ms(1000).map(atOnce);
    const long = { beganAt: 1250, readAt: 1250, endedAt: 60_000 };
    expect(silentIn([...before, long, atOnce(60_250)], () => 7).flat()).toEqual([]);
  });
});

test('nobody gives itself up', () => {
  let presence: Presence = NOBODY_SEEN;
  for (const at of every250Ms(10_000)) {
    const seen = look(presence, [replicaUnderTest('a', 7)], 'a', atOnce(at));
    ({ presence } = seen);
    expect(seen.silent).toEqual([]);
  }
});
