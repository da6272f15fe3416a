/** Heartbeats share instants, and the instants are shared evenly. */
import { expect, test } from 'vitest';
import { HeartbeatSlots } from './heartbeat-slots.ts';

const INTERVAL_MS = 10_000;

test.each([1000, 10_000, 50_000])('%i agents that come one after the other speak evenly, and together', (agents) => {
  const slots = new HeartbeatSlots();
  const speakAt = new Map<number, number>();
  for (let agent = 0; agent < agents; agent += 1) {
    const now = 1_795_757_000_123 + agent;
    const inMs = slots.nextInMs(INTERVAL_MS, now);
    expect(inMs).toBeGreaterThanOrEqual(0);
    expect(inMs).toBeLessThanOrEqual(INTERVAL_MS);
    const at = (now + inMs) % INTERVAL_MS;
    speakAt.set(at, (speakAt.get(at) ?? 0) + 1);
  }
  const instants = INTERVAL_MS / 50;
  expect(speakAt.size).toBeLessThanOrEqual(instants);
  expect(Math.max(...speakAt.values())).toBeLessThanOrEqual((2 * agents) / instants);
});

test('an interval that is shorter than what lies between two instants is kept to', () => {
  const slots = new HeartbeatSlots();
  for (let agent = 0; agent < 20; agent += 1) expect(slots.nextInMs(30, 1001 + agent)).toBeLessThanOrEqual(30);
});
