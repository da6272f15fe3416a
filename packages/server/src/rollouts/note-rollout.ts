/** What the history tells of rollouts: each event of one is a note, and is in the history of the node that it is about. */
import type { Actor, RolloutEvent } from '@sluice/contract';
import type { Note } from '../store/store.ts';

/** For `Fleet.access`. What somebody did with a token, the audit tells of. */
export function noteOfRollout(event: RolloutEvent, actor: Actor, at: number): Note {
  const nodeId = 'nodeId' in event ? event.nodeId : '';
  const audited = actor.tokenId === undefined ? null : actor.name;
  return { nodeId, event: { kind: event.kind, at, body: { ...event, actor }, actor: audited } };
}
