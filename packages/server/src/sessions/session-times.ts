/** How often agents say that they are there: often in a small fleet, seldom enough in a large one that the server can listen. */

export interface SessionTimes {
  readonly heartbeatIntervalMs: number;
  /** Silence after which a node is not believed any more. */
  readonly leaseMs: number;
}

/** Nodes up to which the configured interval holds: 5,000 heartbeats a second at 10 s, a twentieth of one core. */
const NODES_AT_CONFIGURED_INTERVAL = 50_000;

/** Beyond that number the interval grows with the fleet, and the lease with it, so that the rate stays as it is. */
export function sessionTimesFor(nodes: number, { heartbeatIntervalMs, leaseMs }: SessionTimes): SessionTimes {
  const factor = Math.max(1, nodes / NODES_AT_CONFIGURED_INTERVAL);
  return { heartbeatIntervalMs: Math.ceil(heartbeatIntervalMs * factor), leaseMs: Math.ceil(leaseMs * factor) };
}
