/** The load of the last hour. */
import { expect, test } from 'vitest';
import { loadLines, spanOf } from './load-lines.ts';

const history = {
  since: '2026-01-01T00:00:00.000Z',
  stepMs: 60_000,
  sessions: [null, 4, 6],
  cpuPercent: [null, 10, 20],
  memoryBytes: [null, 1000, 2000],
};
const load = { sessions: 9, cpuPercent: null, memoryBytes: 3000, problem: null };

test('the running minute ends with what is measured now', () => {
  const lines = loadLines(history, { connected: true, load });
  expect(lines.times.map((time) => time - Date.parse(history.since))).toEqual([0, 60_000, 120_000]);
  expect(lines).toMatchObject({
    sessions: [null, 4, 9],
    cpuPercent: [null, 10, null],
    memoryBytes: [null, 1000, 3000],
  });
});

test('what was measured last of a node that nobody hears any more is not drawn as now', () => {
  expect(loadLines(history, { connected: false, load }).sessions).toEqual([null, 4, 6]);
});

test('the span of a line is that of what is known', () => {
  expect(spanOf([null, 4, 6, null])).toEqual({ least: 4, most: 6 });
  expect(spanOf([null])).toBeNull();
});
