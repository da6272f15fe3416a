/** Gives the event loop a turn in the middle of much work: whoever waits for something else waits for a part of it, not for all. */
import { setImmediate } from 'node:timers/promises';

/** Things done at once from which a turn is given: fewer take no longer than the turn itself. */
const MANY = 4;

export async function breatheAfter(count: number): Promise<void> {
  if (count >= MANY) await setImmediate();
}
