/** What the store is asked for, and what of it goes when it has had its time. */
import type { StoredEvent } from './store.ts';

/** What has had its time; see `Store.prune`. Instants are epoch milliseconds. */
export interface PruneRequest {
  /** Events from before this instant go. */
  readonly eventsBefore: number;
  /** How many of the newest events stay at most, however young the others are. */
  readonly eventsKeptMax: number;
  /** No event after this one goes, whatever its age; absent: any. */
  readonly eventsUpTo?: number;
  /** Operations that ended before this instant go, unless an answered request names them. */
  readonly operationsBefore: number;
  /** Of the operations from before `operationsCountedBefore`, as many go as there are more than this in all. */
  readonly operationsKeptMax: number;
  /** Operations from this instant on do not go for their number: answered requests may still name them. */
  readonly operationsCountedBefore: number;
  /** Answered requests from before this instant go. */
  readonly answeredBefore: number;
  /** Rows of each kind that go at most, so that a call is short. */
  readonly rowsMax: number;
}

/** How many rows went. */
export interface Pruned {
  readonly events: number;
  readonly operations: number;
  readonly answered: number;
}

/** The most events that one `events` call returns: a page of it is a few megabytes at worst. */
export const EVENTS_LIMIT_MAX = 1000;

/** The most operations that one `operations` call returns; their bodies carry output, so a page stays within 20 MB. */
export const OPERATIONS_LIMIT_MAX = 1000;

/** Which events; every given condition must hold. */
export interface EventsQuery {
  /** Only events with a higher sequence number. */
  readonly after?: number | undefined;
  /** Only events with a lower sequence number: the cursor for reading from the newest back. */
  readonly before?: number | undefined;
  readonly nodeId?: string | undefined;
  /** Only these kinds; an empty list selects nothing. */
  readonly kinds?: readonly string[] | undefined;
  /** `true`: from the newest back. Otherwise from the oldest on. */
  readonly newestFirst?: boolean | undefined;
  /** How many at most, 1 to `EVENTS_LIMIT_MAX`; a number beyond is taken as the nearest of these. */
  readonly limit: number;
}

/** An event with its place in the chain. */
export interface ChainedEvent extends StoredEvent {
  /** Whom the audit tells of; `null`: it does not. */
  readonly actor: string | null;
  /** The body as it is stored. Where it is no JSON object any more, `body` is an empty one. */
  readonly bodyText: string;
  /** Of the event before it; `null`: that has none. */
  readonly previousHash: string | null;
  /** Of this one. */
  readonly hash: string;
}

/** Where the chain stands. */
export interface ChainHead {
  readonly sequence: number;
  /** `null`: no event has a hash yet. */
  readonly hash: string | null;
}

/** How old what the store holds is, in epoch milliseconds. */
export interface StoreAge {
  /** When it was made from a backup by `server restore`; `null`: it was not. What was committed before is as in the backup. */
  readonly restoredAt: number | null;
  /** When an event was written last, or that a node was heard of; `null`: never. */
  readonly writtenAt: number | null;
}

/** Which events of the chain; every given condition must hold. */
export interface ChainQuery extends Omit<EventsQuery, 'kinds'> {
  readonly kinds?: readonly string[] | undefined;
  /** Only those that the audit tells of. */
  readonly isAudited?: boolean | undefined;
  /** Only those that the audit tells of this actor. */
  readonly actor?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly since?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly until?: number | undefined;
}

/** How long an operation that succeeded took, from its request to its end. */
export interface OperationDuration {
  readonly command: string;
  readonly durationMs: number;
}

/** Which operations; every given condition must hold. */
export interface OperationsQuery {
  readonly nodeId?: string | undefined;
  readonly command?: string | undefined;
  /** Only these; an empty list selects nothing. */
  readonly statuses?: readonly string[] | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly createdSince?: number | undefined;
  /** The last operation of the page before: only those that come after it in the order. */
  readonly cursor?: { readonly createdAt: number; readonly id: string } | undefined;
  /** How many at most, 1 to `OPERATIONS_LIMIT_MAX`; a number beyond is taken as the nearest of these. */
  readonly limit: number;
}
