/** Waits until an operation has ended, through broken connections and restarts of the server. */
import type { Operation } from '@sluice/contract';
import type { Answer } from './answer.ts';
import type { EventsItem, EventsRequest } from './follow-events.ts';
import { type WaitRequest, waitUntil } from './wait-until.ts';

/** What it asks the server with. */
export interface WaitingClient {
  readonly getOperation: (request: { readonly id: string; readonly signal: AbortSignal }) => Promise<Answer<Operation>>;
  readonly events: (request: EventsRequest) => AsyncIterable<EventsItem>;
}

/**
 * The operation as it ended, whether it succeeded or not: `value.status` tells. A problem when it cannot be read, or when
 * the waiting was over before it ended: `no-answer-in-time` or `aborted`.
 */
export function waitForOperation(client: WaitingClient, { id, ...limits }: WaitRequest): Promise<Answer<Operation>> {
  return waitUntil(
    {
      name: `Operation ${id}`,
      look: (signal) => client.getOperation({ id, signal }),
      isOver: ({ endedAt }) => endedAt !== null,
      events: ({ nodeId }, signal) => client.events({ node: nodeId, signal }),
      concerns: (event) => event['operationId'] === id,
    },
    limits,
  );
}
