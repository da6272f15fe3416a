/** Which events a reader of the stream may be told: those of nodes that exist for them, and those of access only to who may change it. */
import { ACCESS_EVENT_KINDS } from '@sluice/contract';
import { hasRole } from '@sluice/core';
import { type Principal, sees, seesRecord } from '../authentication/principal.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ServedEvent } from '../fleet/served-event.ts';

/** `lost`: a node has left what exists for the reader, who is not told how; what they know is incomplete. */
export type Visibility = 'told' | 'hidden' | 'lost';

type Recorded = Pick<ServedEvent, 'nodeId' | 'kind' | 'at'>;

/** Whether a single event exists for a reader, as things are now. */
export function seesEvent(principal: Principal, fleet: Fleet, event: Recorded): boolean {
  if (isOfAccess(event)) return principal.scope === null && hasRole(principal, 'admin');
  return seesRecord(principal, fleet.node(event.nodeId), event.at);
}

function isOfAccess({ nodeId, kind }: Recorded): boolean {
  return nodeId === '' || ACCESS_EVENT_KINDS.has(kind);
}

/**
 * For one stream, asked for its events in their order.
 * @param now The newest event at the stream's beginning: what was forgotten before it, nobody knows any more to whom it had belonged.
 */
export function eventVisibility(principal: Principal, fleet: Fleet, now: number): (event: ServedEvent) => Visibility {
  const known = new Set<string>();
  if (principal.scope !== null) for (const node of fleet.nodes()) if (sees(principal, node)) known.add(node.state.id);
  return (event) => {
    const { sequence, nodeId, kind } = event;
    const isTold = seesEvent(principal, fleet, event);
    if (principal.scope === null || isOfAccess(event)) return isTold ? 'told' : 'hidden';
    if (isTold) {
      known.add(nodeId);
      return 'told';
    }
    // The labels that it is forgotten with may be others than those it was seen by.
    if (!known.delete(nodeId)) return kind === 'NodeForgotten' && sequence <= now ? 'lost' : 'hidden';
    return 'lost';
  };
}
