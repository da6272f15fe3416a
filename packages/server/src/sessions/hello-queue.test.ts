/** Who waits is let in at the rate that the server can bear: measured by how late its turns come. */
import { expect, test } from 'vitest';
import { HandClock } from '../fleet/hand-clock-under-test.ts';
import { HelloQueue } from './hello-queue.ts';

/** A queue of 1,000 a second to which so many come at once. */
function storm(count: number) {
  const clock = new HandClock();
  const queue = new HelloQueue(1000, clock);
  const letInAt: number[] = [];
  const letIn = () => letInAt.push(clock.now());
  for (let index = 0; index < count; index += 1) queue.enter({ isGone: () => false, letIn });
  return { clock, queue, letInAt };
}

test('the first is let in at once, and all others in their order at the full rate before long', () => {
  const { clock, letInAt } = storm(2000);
  expect(letInAt).toEqual([0]);
  clock.moveTo(1000);
  const first = letInAt.length;
  expect(first).toBeGreaterThan(900);
  clock.moveTo(1500);
  expect(letInAt.length - first).toBe(500);
  clock.moveTo(3000);
  expect(letInAt).toHaveLength(2000);
});

test('a server that gets on slowly lets in fewer, so that each of its rounds stays short, and more again when it can', () => {
  let isSlow = true;
  const { clock, letInAt } = storm(4000);
  /** Whatever was let in since the round before keeps the event loop busy, 5 ms each, before the next timer. */
  const rounds: number[] = [];
  let seen = letInAt.length;
  const live = (untilMs: number) => {
    while (clock.now() < untilMs) {
      const busyMs = isSlow ? (letInAt.length - seen) * 5 : 0;
      rounds.push(busyMs);
      seen = letInAt.length;
      clock.standStill(busyMs);
      clock.moveTo(clock.now() + 1);
    }
  };
  live(5000);
  // The full rate would be rounds of 50 ms.
  expect(Math.max(...rounds)).toBeLessThanOrEqual(25);
  expect(letInAt.length).toBeGreaterThan(500);
  isSlow = false;
  live(6000);
  const before = letInAt.length;
  live(7000);
  expect(letInAt.length - before).toBeGreaterThan(950);
});

test('those who have gone take nobody’s turn, and those who would wait too long are told', async () => {
  const clock = new HandClock();
  const queue = new HelloQueue(10, clock);
  const letIn: string[] = [];
  queue.enter({ isGone: () => false, letIn: () => letIn.push('first') });
  queue.enter({ isGone: () => true, letIn: () => letIn.push('gone') });
  const second = queue.turn().then((isTaken) => letIn.push(`second ${isTaken}`));
  clock.moveTo(100);
  await second;
  expect(letIn).toEqual(['first', 'second true']);
  for (let index = 0; index < 80; index += 1) queue.enter({ isGone: () => false, letIn: () => letIn.push('more') });
  expect(await queue.turn()).toBe(false);
  queue.stop();
  expect(letIn).toHaveLength(82);
});
