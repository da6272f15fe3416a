/** Gives the event loop a turn in the middle of much work: whoever waits for something else waits for a part of it, not for all. */

/** Things done at once from which a turn is given: fewer take no longer than the turn itself. */
const MANY = 4;

export async function breatheAfter(count: number): Promise<void> {
  if (count >= MANY) await breathe();
}

export async function breathe(): Promise<void> {
  await new Promise(setImmediate);
}
