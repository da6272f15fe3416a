/** Whether an agent may speak for the node that it names, asked before anything is done for its sake. */
import type { Hello } from '@sluice/contract';
import { type Credentials, decideEnrolment, NO_ACCESS } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';
import { joinGrantOf } from '../fleet/token.ts';
import type { Peer } from './peer.ts';

/**
 * Nobody may push a node's own agent aside, so this comes first; it is decided once more where it is recorded.
 * @returns Why it may not; `null`: it may.
 */
export function whyNotIn({ node }: Hello, credentials: Credentials, { identity }: Peer, fleet: Fleet): string | null {
  const joinTokenId = identity.kind === 'asked' ? identity.joinTokenId : null;
  const decision = decideEnrolment({
    nodeId: node.id,
    nodeType: node.type,
    access: fleet.node(node.id)?.state.agentAccess ?? NO_ACCESS,
    credentials,
    joinGrant: joinTokenId === null ? null : joinGrantOf(fleet.tokens.get(joinTokenId), fleet.now()),
  });
  return decision.ok ? null : decision.problem.detail;
}
