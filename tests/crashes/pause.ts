/** The rhythm of a load: how long somebody does nothing between two things. Nothing is waited for by it. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function pause(ms: number): Promise<void> {
  await sleep(ms);
}
