/** Polling: one at a time, until it is ended. */
import { expect, test } from 'vitest';
import { poll } from './poll.ts';

test('probes never overlap, and each reading is reported', async () => {
  const controller = new AbortController();
  let running = 0;
  let atOnce = 0;
  let count = 0;
  const readings: number[] = [];
  await poll({
    intervalMs: 1,
    signal: controller.signal,
    probe: async () => {
      running += 1;
      atOnce = Math.max(atOnce, running);
      await new Promise(setImmediate);
      running -= 1;
      count += 1;
      return count;
    },
    report: (reading) => {
      readings.push(reading);
      if (reading === 5) controller.abort();
    },
  });
  expect(readings).toEqual([1, 2, 3, 4, 5]);
  expect(atOnce).toBe(1);
});

test('what was under way when it is ended is not reported', async () => {
  const controller = new AbortController();
  const readings: string[] = [];
  await poll({
    intervalMs: 60_000,
    signal: controller.signal,
    probe: async (signal) => {
      controller.abort();
      return signal.aborted ? 'late' : 'in time';
    },
    report: (reading) => readings.push(reading),
  });
  expect(readings).toEqual([]);
});

test('ending it does not wait for the interval', async () => {
  const controller = new AbortController();
  const polling = poll({
    intervalMs: 600_000,
    signal: controller.signal,
    probe: async () => 'once',
    report: () => setImmediate(() => controller.abort()),
  });
  await expect(polling).resolves.toBeUndefined();
});
