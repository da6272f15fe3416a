/** Which events a webhook is sent: what its filters say, and of access nothing that was not asked for by name. What is about a rollout as a whole is about no node, so filters by node leave it out. */
import { ACCESS_EVENT_KINDS, NodeIdentity, ROLLOUT_EVENT_KINDS } from '@sluice/contract';
import { matches, parseSelector, type Selector } from '@sluice/core';
import { Compile } from 'typebox/compile';
import type { Fleet } from '../fleet/fleet.ts';
import { jsonOf, type ServedEvent } from '../fleet/served-event.ts';
import type { StoredWebhook } from '../store/webhook-store.ts';

const identity = Compile(NodeIdentity);

/** For the events of one webhook. A selector that cannot be read matches nothing. */
export function wantedBy(
  { kinds, nodeId, selector }: Pick<StoredWebhook, 'kinds' | 'nodeId' | 'selector'>,
  fleet: Pick<Fleet, 'node'>,
): (event: ServedEvent) => boolean {
  const parsed = selector === null ? null : parseSelector(selector);
  const scope = parsed === null ? null : parsed.ok ? parsed.value : [];
  return (event) => {
    const isAccess =
      ACCESS_EVENT_KINDS.has(event.kind) || (event.nodeId === '' && !ROLLOUT_EVENT_KINDS.has(event.kind));
    if (kinds === null ? isAccess : !kinds.includes(event.kind)) return false;
    if (nodeId !== null && event.nodeId !== nodeId) return false;
    return scope === null || isInScope(scope, event, fleet);
  };
}

/** Of an earlier node with the same id nobody knows any more what it was like; one that is forgotten says so itself. */
function isInScope(scope: Selector, event: ServedEvent, fleet: Pick<Fleet, 'node'>): boolean {
  if (event.kind === 'NodeForgotten') return isForgottenInScope(scope, event);
  const node = fleet.node(event.nodeId);
  return node !== undefined && event.at >= node.state.createdAt && matches(scope, node.state, node.status);
}

function isForgottenInScope(scope: Selector, event: ServedEvent): boolean {
  const told: unknown = JSON.parse(jsonOf(event));
  if (typeof told !== 'object' || told === null || !('identity' in told) || !identity.Check(told.identity))
    return false;
  return matches(scope, { identity: told.identity }, 'offline');
}
