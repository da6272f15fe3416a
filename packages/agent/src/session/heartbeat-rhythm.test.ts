/** Heartbeats keep to their instants, whatever delays one of them. */
import type { Clock } from '@sluice/core';
import { expect, test } from 'vitest';
import { beatInRhythm } from './heartbeat-rhythm.ts';

/** A clock that a test moves; whatever is due is late by what it says. */
class MovedClock implements Clock {
  #now = 1_000_000;
  #waking: { readonly at: number; readonly wake: () => void } | null = null;

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const waking = { at, wake };
    this.#waking = waking;
    return () => {
      if (this.#waking === waking) this.#waking = null;
    };
  }

  /** @returns When it woke, or `null`: nothing waits. */
  wakeNext(lateMs = 0): number | null {
    const waking = this.#waking;
    if (waking === null) return null;
    this.#waking = null;
    this.#now = waking.at + lateMs;
    waking.wake();
    return this.#now - 1_000_000;
  }

  set(byMs: number): void {
    this.#now += byMs;
  }
}

test('the first comes when the server said, each other an interval after it, also when one was late', () => {
  const clock = new MovedClock();
  const end = beatInRhythm(clock, { heartbeatIntervalMs: 10_000, firstHeartbeatInMs: 3450 }, () => undefined);
  expect([clock.wakeNext(), clock.wakeNext(700), clock.wakeNext(), clock.wakeNext()]).toEqual([
    3450, 14_150, 23_450, 33_450,
  ]);
  end();
  expect(clock.wakeNext()).toBeNull();
});

test('a server that says nothing of it gets the first after one interval, one that says too much as well', () => {
  for (const firstHeartbeatInMs of [undefined, 60_000]) {
    const clock = new MovedClock();
    beatInRhythm(
      clock,
      { heartbeatIntervalMs: 10_000, ...(firstHeartbeatInMs === undefined ? {} : { firstHeartbeatInMs }) },
      () => undefined,
    );
    expect([clock.wakeNext(), clock.wakeNext()]).toEqual([10_000, 20_000]);
  }
});

test('what was missed while the process stood still is not made up for', () => {
  const clock = new MovedClock();
  beatInRhythm(clock, { heartbeatIntervalMs: 10_000, firstHeartbeatInMs: 0 }, () => undefined);
  expect([clock.wakeNext(), clock.wakeNext(60_000), clock.wakeNext()]).toEqual([0, 70_000, 80_000]);
});

test('a clock that is set back makes nobody silent', () => {
  const clock = new MovedClock();
  beatInRhythm(clock, { heartbeatIntervalMs: 10_000, firstHeartbeatInMs: 0 }, () => clock.set(-3_600_000));
  expect(clock.wakeNext()).toBe(-3_600_000);
  const before = clock.now();
  clock.wakeNext();
  expect(clock.now() + 3_600_000 - before).toBeLessThanOrEqual(10_000);
});

test('a beat that ends the session is the last', () => {
  const clock = new MovedClock();
  const end = beatInRhythm(clock, { heartbeatIntervalMs: 10_000 }, () => end());
  clock.wakeNext();
  expect(clock.wakeNext()).toBeNull();
});
