/** The curve of a drain. */
import { expect, test } from 'vitest';
import { type CurvePoint, curveOf, drawnUntil, withPoint } from './drain-curve.ts';

const actor = { name: 'agent', address: null };

test('the history, newest first, becomes a curve, oldest first, without steps in which nobody left', () => {
  const events = [
    [9, 3],
    [7, 5],
    [6, 5],
    [5, null],
    [4, 8],
  ].map(([second, sessionsRemaining], index) => ({
    sequence: 10 - index,
    nodeId: 'a',
    kind: 'DrainProgressed',
    at: `2026-01-01T00:00:0${second}.000Z`,
    actor,
    sessionsRemaining,
  }));
  expect(curveOf(events).map(({ at, sessions }) => [new Date(at).getUTCSeconds(), sessions])).toEqual([
    [4, 8],
    [6, 5],
    [9, 3],
  ]);
});

test('what is older than the end of the curve changes nothing', () => {
  const points = [{ at: 100, sessions: 4 }];
  expect(withPoint(points, { at: 90, sessions: 5 })).toBe(points);
  expect(withPoint(points, { at: 110, sessions: 3 })).toHaveLength(2);
});

test('a drain of many thousand steps keeps a bounded number of points, and always the newest', () => {
  let points: readonly CurvePoint[] = [];
  for (let step = 0; step < 10_000; step += 1) points = withPoint(points, { at: step, sessions: 10_000 - step });
  expect(points.length).toBeLessThanOrEqual(4000);
  expect(points.at(0)?.at).toBe(0);
  expect(points.at(-1)?.at).toBe(9999);
});

test.each([
  ['to the deadline when it is in sight', { deadlineAt: 250_000, endsAt: null }, 250_000],
  ['to the end when the deadline comes sooner', { deadlineAt: 150_000, endsAt: 200_000 }, 200_000],
  ['not to a deadline next week', { deadlineAt: 600_000_000, endsAt: 200_000 }, 200_000],
  ['not to a deadline that has passed', { deadlineAt: 50_000, endsAt: null }, 100_000],
  ['to now when nothing is known of its end', { deadlineAt: null, endsAt: null }, 100_000],
])('it is drawn %s', (_rule, future, until) => {
  expect(drawnUntil({ startedAt: 0, now: 100_000, ...future })).toBe(until);
});
