/** Who waits is let in at the rate that the server can bear: measured by how late its turns come. */
import { expect, test } from 'vitest';
import { HandClock } from '../fleet/hand-clock-under-test.ts';
import { HelloQueue } from './hello-queue.ts';

/** A queue of 1,000 a second to which so many come at once. */
function storm(count: number) {
  const clock = new HandClock();
  const queue = new HelloQueue(1000, clock);
  const letInAt: number[] = [];
  for (let index = 0; index < count; index += 1)
    queue.enter(() => {
      letInAt.push(clock.now());
      return true;
    });
  /** The event loop goes round until then, and each round is busy with something else for so long. */
  const live = (untilMs: number, busyMs: number) => {
    while (clock.now() < untilMs) {
      clock.standStill(busyMs);
      clock.moveTo(clock.now() + 1);
    }
    return letInAt.length;
  };
  return { letInAt, live };
}

test('the first is let in at once, and all others in their order at the full rate before long', () => {
  const { letInAt, live } = storm(2000);
  expect(letInAt).toEqual([0]);
  const first = live(1000, 0);
  expect(first).toBeGreaterThan(900);
  expect(live(1500, 0) - first).toBe(500);
  expect(live(3000, 0)).toBe(2000);
});

test('after what has held the server up fewer come in at a time, and soon all again', () => {
  const { live } = storm(4000);
  const before = live(1000, 0);
  const held = live(1200, 39);
  expect(held - before).toBeLessThanOrEqual(50);
  const after = live(1240, 0);
  expect(after - held).toBeLessThanOrEqual(30);
  const recovered = live(1400, 0);
  expect(live(1500, 0) - recovered).toBe(100);
});

test.each([15, 25, 60, 200])('rounds of %i ms that hellos have no part in keep nobody out', (busyMs) => {
  const { live } = storm(8000);
  const before = live(1000, busyMs);
  // However late, what the least rate has room for in that time, up to a full turn.
  const perRound = Math.min(10, Math.floor(((busyMs + 1) / 10) * 4));
  expect(live(11_000, busyMs) - before).toBeGreaterThanOrEqual(Math.floor(10_000 / (busyMs + 2)) * perRound);
});

test('those who have gone take nobody’s turn, and those who would wait too long are told', async () => {
  const clock = new HandClock();
  const queue = new HelloQueue(10, clock);
  const letIn: string[] = [];
  const one = (name: string) => () => {
    letIn.push(name);
    return true;
  };
  queue.enter(one('first'));
  queue.enter(() => false);
  const gone = queue.turn(() => true);
  const second = queue.turn(() => false);
  clock.moveTo(100);
  expect(await gone).toBe(false);
  expect(await second).toBe(true);
  for (let index = 0; index < 80; index += 1) queue.enter(one('more'));
  expect(await queue.turn(() => false)).toBe(false);
  queue.stop();
  expect(letIn).toHaveLength(81);
  expect(await queue.turn(() => false)).toBe(true);
});
