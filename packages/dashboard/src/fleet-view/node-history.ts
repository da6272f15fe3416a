/** Everything that happened to a node, newest first, gathered page by page and as it goes on. */
import type { ClientEvent } from '@sluice/client';

/** What only tells how far a thing is that begins and ends with an event of its own. */
const STEPS: ReadonlySet<string> = new Set([
  'DrainProgressed',
  'OperationDeliverable',
  'OperationStarted',
  'OperationProgressed',
  'OperationDeadlineMoved',
  'OperationTimesShifted',
  'HoldTimesShifted',
  'AvailabilityWished',
  'RolloutNodeOperationRequested',
  'RolloutNodeAdvanced',
  'RolloutNodeHealthChanged',
]);

export interface NodeHistory {
  /** By sequence, descending. */
  readonly events: readonly ClientEvent[];
  /** Where the next page begins; `null`: there is nothing older. */
  readonly nextCursor: string | null;
}

export type HistoryPage = { readonly items: readonly ClientEvent[]; readonly nextCursor: string | null };

export function isStep(kind: string): boolean {
  return STEPS.has(kind);
}

/** The history with its newest page read again. Where so much has happened that the two do not meet, it begins anew. */
export function withNewest(history: NodeHistory | null, page: HistoryPage): NodeHistory {
  const newest = history?.events.at(0)?.sequence;
  const doMeet = page.nextCursor === null || page.items.some(({ sequence }) => sequence === newest);
  if (history === null || newest === undefined || !doMeet) return { events: page.items, nextCursor: page.nextCursor };
  return { ...history, events: [...page.items.filter(({ sequence }) => sequence > newest), ...history.events] };
}

/** The history with the page after its end. */
export function withOlder(history: NodeHistory, page: HistoryPage): NodeHistory {
  const oldest = history.events.at(-1)?.sequence ?? Infinity;
  const older = page.items.filter(({ sequence }) => sequence < oldest);
  return { events: [...history.events, ...older], nextCursor: page.nextCursor };
}

/** The operation that an event is about; `null`: none. */
export function operationIdIn(event: ClientEvent): string | null {
  const { operationId, operation } = event;
  if (typeof operationId === 'string') return operationId;
  const id: unknown = typeof operation === 'object' && operation !== null ? Reflect.get(operation, 'id') : null;
  return typeof id === 'string' ? id : null;
}
