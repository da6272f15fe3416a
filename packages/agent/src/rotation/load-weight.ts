/** What share of its weight a node should have at a balancer, from how full it is. */

export interface WeightSettings {
  /** Sessions with which the node is full. */
  readonly sessionsMax: number;
}

/**
 * Percent of the configured weight, 1 to 100. Never 0, which would be a drain that nobody asked for.
 * @param sessions `null`: nobody could count them, and then nothing is said: the balancer keeps the weight that it has.
 */
export function weightPercent(sessions: number | null, { sessionsMax }: WeightSettings): number | null {
  if (sessions === null) return null;
  return Math.max(1, Math.round(100 * (1 - Math.min(sessions, sessionsMax) / sessionsMax)));
}
