/** Which of several servers does a duty: the same answer everywhere, an even share for each, and few duties move when one comes or goes. */
import { rendezvousOrder } from '@sluice/core';

/**
 * @param serverIds Each once, in any order.
 * @returns `null`: there is none.
 */
export function doerOf(duty: string, serverIds: readonly string[]): string | null {
  return rendezvousOrder(duty, serverIds)[0] ?? null;
}
