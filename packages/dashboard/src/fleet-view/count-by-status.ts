/** How many nodes there are of each status, and how many sessions are on them. */
import { type Node, NODE_STATUSES, type NodeStatus } from '@sluice/contract';

export interface FleetCounts {
  readonly total: number;
  /** Of those that can be counted. */
  readonly sessions: number;
  readonly byStatus: ReadonlyMap<NodeStatus, number>;
}

export function countByStatus(nodes: readonly Node[]): FleetCounts {
  const byStatus = new Map<NodeStatus, number>(NODE_STATUSES.map((status) => [status, 0]));
  let sessions = 0;
  for (const { status, load } of nodes) {
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    sessions += load.sessions ?? 0;
  }
  return { total: nodes.length, sessions, byStatus };
}
