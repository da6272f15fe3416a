/** The queue of wake-ups: in order, once, the latest wish of each id, whatever the order in which they were set. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HandClock } from './hand-clock-under-test.ts';
import { WakeQueue } from './wake-queue.ts';

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
