/** Which events a reader of the stream may be told: those of nodes that exist for them, and those of access only to who may change it. */
import { ACCESS_EVENT_KINDS } from '@sluice/contract';
import { hasRole, type Principal, sees, seesRecord } from '../authentication/principal.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ServedEvent } from '../fleet/served-event.ts';

/** `lost`: a node has left what exists for the reader, who is not told how; what they know is incomplete. */
export type Visibility = 'told' | 'hidden' | 'lost';

/**
 * For one stream, asked for its events in their order.
 * @param now The newest event at the stream's beginning: what was forgotten before it, nobody knows any more to whom it had belonged.
 */
export function eventVisibility(principal: Principal, fleet: Fleet, now: number): (event: ServedEvent) => Visibility {
  const seesAccess = principal.scope === null && hasRole(principal, 'admin');
  const known = new Set<string>();
  if (principal.scope !== null) for (const node of fleet.nodes()) if (sees(principal, node)) known.add(node.state.id);
  return ({ sequence, nodeId, kind, at }) => {
    if (nodeId === '' || ACCESS_EVENT_KINDS.has(kind)) return seesAccess ? 'told' : 'hidden';
    if (principal.scope === null) return 'told';
    const node = fleet.node(nodeId);
    if (seesRecord(principal, node, at)) {
      known.add(nodeId);
      return 'told';
    }
    // The labels that it is forgotten with may be others than those it was seen by.
    if (!known.delete(nodeId)) return kind === 'NodeForgotten' && sequence <= now ? 'lost' : 'hidden';
    return 'lost';
  };
}
