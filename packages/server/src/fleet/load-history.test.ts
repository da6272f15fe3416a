/** An hour of load: a value a minute, gaps where nobody knew, and never more than an hour. */
import type { Load } from '@sluice/contract';
import { expect, test } from 'vitest';
import { LoadHistory } from './load-history.ts';

const MINUTE_MS = 60_000;
/** The beginning of a minute. */
const START = 1_000_000 * MINUTE_MS;

const load = (sessions: number | null): Load => ({
  sessions,
  cpuPercent: 12.5,
  memoryBytes: 3 * 2 ** 30,
  problem: null,
});
const lastOf = (history: LoadHistory, now: number, count: number) => history.series(now).sessions.slice(-count);

test('each minute has what was measured last in it', () => {
  const history = new LoadHistory();
  history.measured(load(3), START);
  history.measured(load(5), START + 59_999);
  history.measured(load(4), START + MINUTE_MS);
  const { since, sessions, cpuPercent, memoryBytes } = history.series(START + MINUTE_MS);
  expect(sessions).toEqual([...Array.from({ length: 58 }, () => null), 5, 4]);
  expect([cpuPercent.at(-1), memoryBytes.at(-1)]).toEqual([12.5, 3 * 2 ** 30]);
  expect(cpuPercent[57]).toBeNull();
  expect(since).toBe(START - 58 * MINUTE_MS);
});

test('a load that does not change holds for as long as its agent is there', () => {
  const history = new LoadHistory();
  history.measured(load(7), START);
  expect(lastOf(history, START + 4 * MINUTE_MS, 6)).toEqual([null, 7, 7, 7, 7, 7]);
  history.interrupt(START + 2 * MINUTE_MS);
  // That it is gone is said again with each change of its node.
  history.interrupt(START + 3 * MINUTE_MS);
  expect(lastOf(history, START + 4 * MINUTE_MS, 6)).toEqual([null, 7, 7, 7, null, null]);
});

test('while the agent is gone nothing is known', () => {
  const history = new LoadHistory();
  history.measured(load(7), START);
  history.interrupt(START);
  expect(lastOf(history, START + 2 * MINUTE_MS, 4)).toEqual([null, 7, null, null]);
  history.measured(load(1), START + 3 * MINUTE_MS);
  expect(lastOf(history, START + 3 * MINUTE_MS, 5)).toEqual([null, 7, null, null, 1]);
});

test('an agent that is back within the minute is as if it had not been gone', () => {
  const history = new LoadHistory();
  history.measured(load(7), START);
  history.interrupt(START);
  history.measured(load(8), START + 1000);
  expect(lastOf(history, START + 2 * MINUTE_MS, 3)).toEqual([8, 8, 8]);
});

test('what nobody counts is not known, and 0 is 0', () => {
  const history = new LoadHistory();
  history.measured(load(null), START);
  history.measured(load(0), START + MINUTE_MS);
  expect(lastOf(history, START + MINUTE_MS, 2)).toEqual([null, 0]);
});

test('an hour is kept, whatever comes', () => {
  const history = new LoadHistory();
  for (let minute = 0; minute < 200; minute += 1) history.measured(load(minute), START + minute * MINUTE_MS);
  expect(history.series(START + 199 * MINUTE_MS).sessions).toEqual(Array.from({ length: 60 }, (_, each) => 140 + each));
  // Nothing else was measured for half a day.
  expect(new Set(history.series(START + 1000 * MINUTE_MS).sessions)).toEqual(new Set([199]));
  history.interrupt(START + 1000 * MINUTE_MS);
  expect(new Set(history.series(START + 1100 * MINUTE_MS).sessions)).toEqual(new Set([null]));
});

test('a clock that was set back goes on in the newest minute', () => {
  const history = new LoadHistory();
  history.measured(load(5), START + 10 * MINUTE_MS);
  history.measured(load(6), START);
  expect(lastOf(history, START + 10 * MINUTE_MS, 2)).toEqual([null, 6]);
});
