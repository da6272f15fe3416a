/** What the history says of how long things take: the middle, and what nine of ten do not exceed. */
import { expect, test } from 'vitest';
import { Durations, durationsOf } from './durations.ts';

test('each command has its own median and its own slow tenth', () => {
  const drains = Array.from({ length: 10 }, (_, index) => ({ command: 'drain', durationMs: (index + 1) * 10 }));
  expect(Object.fromEntries(durationsOf([...drains, { command: 'restart', durationMs: 5 }]))).toEqual({
    drain: { count: 10, medianMs: 60, p90Ms: 100 },
    restart: { count: 1, medianMs: 5, p90Ms: 5 },
  });
});

test('the newest of a command count', () => {
  const newest = Array.from({ length: 500 }, () => ({ command: 'drain', durationMs: 1 }));
  const old = Array.from({ length: 500 }, () => ({ command: 'drain', durationMs: 1000 }));
  expect(durationsOf([...newest, ...old]).get('drain')).toEqual({ count: 500, medianMs: 1, p90Ms: 1 });
});

test('the store is asked now and then, and again when it could not answer', async () => {
  let now = 0;
  let asked = 0;
  let isAway = true;
  const store = {
    operationDurations: () => {
      asked += 1;
      return isAway ? Promise.reject(new Error('it is away')) : Promise.resolve([{ command: 'drain', durationMs: 3 }]);
    },
  };
  const durations = new Durations(store, { now: () => now, wakeAt: () => () => undefined });
  await expect(durations.byCommand()).rejects.toThrow('it is away');
  isAway = false;
  expect((await durations.byCommand()).get('drain')?.medianMs).toBe(3);
  await durations.byCommand();
  expect(asked).toBe(2);
  now = 60_000;
  await durations.byCommand();
  expect(asked).toBe(3);
});
