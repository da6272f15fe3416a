/** The queue of wake-ups: in order, once, the latest wish of each id, whatever the order in which they were set. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '@sluice/core';
import { WakeQueue } from './wake-queue.ts';

/** A clock that is moved by hand; the only thing that is faked here. */
class HandClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const timer = { at, wake };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  moveTo(instant: number): void {
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= instant).toSorted((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
    this.#now = instant;
  }
}

test('wakes each id once, at its latest wish, in order, with one timer', () => {
  const wish = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.oneof(fc.nat(100), fc.constant(null)));
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 60 }), (wishes) => {
      const clock = new HandClock();
      const woken: [string, number][] = [];
      const queue = new WakeQueue(clock, (id) => woken.push([id, clock.now()]));
      const wanted = new Map<string, number>();
      for (const [id, at] of wishes) {
        queue.set(id, at);
        if (at === null) wanted.delete(id);
        else wanted.set(id, at);
        expect(clock.timers).toBeLessThanOrEqual(1);
      }
      clock.moveTo(200);
      expect(new Map(woken)).toEqual(wanted);
      expect(woken).toHaveLength(wanted.size);
      expect(woken.map(([, at]) => at)).toEqual(woken.map(([, at]) => at).toSorted((one, other) => one - other));
    }),
  );
});
