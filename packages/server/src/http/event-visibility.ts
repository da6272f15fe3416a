/** Which events a reader of the stream may be told: those of nodes that exist for them, those of rollouts, and those of access only to who may change it. */
import { ACCESS_EVENT_KINDS, ROLLOUT_EVENT_KINDS } from '@sluice/contract';
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
  if (event.nodeId === '') return principal.scope === null;
  return seesRecord(principal, fleet.node(event.nodeId), event.at);
}

/** What is about a rollout as a whole is about no node, and about access neither. */
function isOfAccess({ nodeId, kind }: Recorded): boolean {
  return ACCESS_EVENT_KINDS.has(kind) || (nodeId === '' && !ROLLOUT_EVENT_KINDS.has(kind));
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
    if (principal.scope === null || event.nodeId === '' || isOfAccess(event)) return isTold ? 'told' : 'hidden';
    if (isTold) {
      known.add(nodeId);
      return 'told';
    }
    // The labels that it is forgotten with may be others than those it was seen by.
    if (!known.delete(nodeId)) return kind === 'NodeForgotten' && sequence <= now ? 'lost' : 'hidden';
    return 'lost';
  };
}
