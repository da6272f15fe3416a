/** Waits until a rollout has ended, or does not go on by itself, through broken connections and restarts of the server. */
import type { Rollout } from '@sluice/contract';
import type { Answer } from './answer.ts';
import type { EventsItem, EventsRequest } from './follow-events.ts';
import { type WaitRequest, waitUntil } from './wait-until.ts';

/** After these it may have ended or paused; a token with a selector is told only of those that are about a node. */
const KINDS = ['RolloutPaused', 'RolloutEnded', 'RolloutNodeEnded'];

export interface RolloutWaitRequest extends WaitRequest {
  /** Also until it is paused, and so waits for a person; default false. */
  readonly orPaused?: boolean;
}

/** What it asks the server with. */
export interface RolloutWaitingClient {
  readonly getRollout: (request: { readonly id: string; readonly signal: AbortSignal }) => Promise<Answer<Rollout>>;
  readonly events: (request: EventsRequest) => AsyncIterable<EventsItem>;
}

/** The rollout as it is then: `value.status` tells. Problems as of `waitForOperation`. */
export function waitForRollout(
  client: RolloutWaitingClient,
  { id, orPaused = false, ...limits }: RolloutWaitRequest,
): Promise<Answer<Rollout>> {
  return waitUntil(
    {
      name: `Rollout ${id}`,
      look: (signal) => client.getRollout({ id, signal }),
      isOver: ({ endedAt, status }) => endedAt !== null || (orPaused && status === 'paused'),
      events: (_rollout, signal) => client.events({ kinds: KINDS, signal }),
      concerns: (event) => event['rolloutId'] === id,
    },
    limits,
  );
}
