/** How long the agent waits before it connects again: exponential, with full jitter, so that a fleet does not come back at once. */

export interface BackoffBounds {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The whole fleet is back within 15 s of a server's restart: it knocks within 8 s, spread over that time, and is let in as it comes. */
const RECONNECT_BACKOFF: BackoffBounds = { firstMs: 1000, longestMs: 8000 };

/**
 * @param failures How many tries have failed in a row, from 0.
 * @param random At least 0, less than 1.
 */
export function backoffMs(failures: number, random: number, bounds: BackoffBounds = RECONNECT_BACKOFF): number {
  const ceilingMs = Math.min(bounds.longestMs, bounds.firstMs * 2 ** Math.min(failures, 30));
  return Math.round(random * ceilingMs);
}
