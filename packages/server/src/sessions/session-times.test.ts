/** The heartbeat's interval grows with the fleet, so that the rate of heartbeats does not. */
import { expect, test } from 'vitest';
import { sessionTimesFor } from './session-times.ts';

test.each([
  [0, 10_000, 30_000],
  [1, 10_000, 30_000],
  [50_000, 10_000, 30_000],
  [50_001, 10_001, 30_001],
  [100_000, 20_000, 60_000],
  [1_000_000, 200_000, 600_000],
])('%i nodes: every %i ms, believed for %i ms', (nodes, heartbeatIntervalMs, leaseMs) => {
  expect(sessionTimesFor(nodes, { heartbeatIntervalMs: 10_000, leaseMs: 30_000 })).toEqual({
    heartbeatIntervalMs,
    leaseMs,
  });
});
