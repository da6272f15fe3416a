/** Gives the event loop a turn in the middle of much work: whoever waits for something else waits for a part of it, not for all. */

/** Things done at once from which a turn is given: fewer take no longer than the turn itself. */
const MANY = 4;

/** Resolves in the next turn of the event loop: what has come in meanwhile, and what is ready to be sent, comes first. */
export async function breathe(): Promise<void> {
  await new Promise(setImmediate);
}

/** The same where so much has just been done. */
export async function breatheAfter(count: number): Promise<void> {
  if (count >= MANY) await breathe();
}
