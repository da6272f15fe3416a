/** Which of several servers does a duty: the same answer everywhere, an even share for each, and few duties move when one comes or goes. */

/**
 * Rendezvous hashing: each server draws a number for the duty, and the greatest does it.
 * @param serverIds Each once, in any order.
 * @returns `null`: there is none.
 */
export function doerOf(duty: string, serverIds: readonly string[]): string | null {
  let doer: string | null = null;
  let greatest = -1;
  for (const serverId of serverIds) {
    const drawn = hashOf(`${duty}\n${serverId}`);
    if (drawn > greatest || (drawn === greatest && doer !== null && serverId > doer)) {
      greatest = drawn;
      doer = serverId;
    }
  }
  return doer;
}

/** FNV-1a, with a finish that spreads what little differs between two texts over all 32 bits (MurmurHash3's). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
