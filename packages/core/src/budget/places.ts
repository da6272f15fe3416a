/** How many places a budget has. */
import type { CountOrPercent } from '@sluice/contract';

/**
 * How many nodes may be unavailable at once. A share is rounded down, but is at least one node where it is above 0%: a fleet
 * of three at 25% can still be restarted, one node after the other.
 * @param maxUnavailable A number of nodes, or a share of them such as `25%`.
 * @param matching Nodes that it is a share of.
 */
export function placesOf(maxUnavailable: CountOrPercent, matching: number): number {
  if (typeof maxUnavailable === 'number') return maxUnavailable;
  const percent = Number.parseInt(maxUnavailable, 10);
  return percent === 0 ? 0 : Math.max(1, Math.floor((matching * percent) / 100));
}
