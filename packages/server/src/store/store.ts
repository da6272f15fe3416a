/** What the server keeps across restarts, and the verbs it keeps it with. Knows nothing of what the documents mean. */

import type { BudgetChange, BudgetStore, SlotChange } from './budget-store.ts';
import type { CommitOutcome } from './commit-outcome.ts';
import type { LoginStore, TokenUse } from './login-store.ts';
import type { RolloutChange, RolloutStore } from './rollout-store.ts';
import type { SharedStore } from './shared-store.ts';
import type { WebhookChange, WebhookStore } from './webhook-store.ts';
import type {
  ChainedEvent,
  ChainHead,
  ChainQuery,
  EventsQuery,
  OperationDuration,
  OperationsQuery,
  Pruned,
  PruneRequest,
  StoreAge,
} from './store-requests.ts';

export type { TokenUse } from './login-store.ts';
export type {
  ChainedEvent,
  ChainHead,
  ChainQuery,
  EventsQuery,
  OperationDuration,
  OperationsQuery,
  Pruned,
  PruneRequest,
  StoreAge,
} from './store-requests.ts';
export { EVENTS_LIMIT_MAX, OPERATIONS_LIMIT_MAX } from './store-requests.ts';
export type { CommitOutcome, SettledOutcome } from './commit-outcome.ts';

/**
 * A JSON object. It is kept as the text that `JSON.stringify` gives: keys named `__proto__` and every Unicode text come back
 * unchanged (a lone surrogate is escaped, as `\ud800`), while `undefined` members are left out and NaN becomes null.
 */
export type Document = Readonly<Record<string, unknown>>;

/** A node as of its last commit. */
export interface StoredNode {
  readonly nodeId: string;
  readonly revision: number;
  /** Epoch milliseconds; `null`: never recorded. Not covered by `revision`. */
  readonly lastSeenAt: number | null;
  readonly state: Document;
}

/** Everything that memory is filled with at start. */
export interface StoredFleet {
  /** In no particular order. */
  readonly nodes: readonly StoredNode[];
  /** The highest sequence number ever given to an event; 0 when there was none. */
  readonly lastSequence: number;
}

/** Something that happened, as it was committed; it never changes. */
export interface StoredEvent {
  readonly sequence: number;
  readonly nodeId: string;
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly body: Document;
}

/** An operation as of its last commit. It outlives its node. */
export interface StoredOperation {
  readonly id: string;
  readonly nodeId: string;
  readonly command: string;
  readonly status: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; `null`: it has not ended. */
  readonly endedAt: number | null;
  readonly body: Document;
}

/**
 * A token that opens the API (`api`), lets agents join (`join`), or is the cookie of a browser (`session`); of the secret itself
 * only the hash is kept.
 */
export interface StoredToken {
  readonly id: string;
  readonly kind: 'api' | 'join' | 'session';
  readonly name: string;
  /** SHA-256 of the secret, in hexadecimal. */
  readonly hash: string;
  /** `null` for a join token, which has no role. */
  readonly role: 'viewer' | 'operator' | 'admin' | 'machine' | null;
  /** Its scope: only nodes that this selector matches; `null`: all. */
  readonly selector: string | null;
  /** Join tokens: only nodes of this type; `null`: any. */
  readonly nodeType: string | null;
  /** Join tokens: how many agents may join with it; `null`: any number. */
  readonly usesMax: number | null;
  /** How many have. */
  readonly uses: number;
  /** Sessions: it also runs out when it was not used for so long; `null`: it does not. */
  readonly idleMs: number | null;
  /** Who made it. */
  readonly createdBy: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; `null`: it does not run out. */
  readonly expiresAt: number | null;
  /** Epoch milliseconds; `null`: it is not revoked. */
  readonly revokedAt: number | null;
  /** Epoch milliseconds; `null`: it was never used. Written only by `recordTokenUses`. */
  readonly lastUsedAt: number | null;
}

/** An event beside the changes of nodes: one that changes no node, such as a request that was refused. */
export interface Note {
  /** The node that it is about; empty: it is about none. */
  readonly nodeId: string;
  readonly event: NewEvent;
}

/** What a commit writes beside nodes: who may do what, and what else has happened. */
export interface Beside {
  /** Each is inserted, or replaces the one with its id (`lastUsedAt` stays). */
  readonly tokens?: readonly StoredToken[];
  /** At most one of each webhook. */
  readonly webhooks?: readonly WebhookChange[];
  /** At most one of each budget. */
  readonly budgets?: readonly BudgetChange[];
  /** At most one of each holder in a group. */
  readonly slots?: readonly SlotChange[];
  /** At most one of each rollout. */
  readonly rollouts?: readonly RolloutChange[];
  /** Their events come after those of the nodes. */
  readonly notes?: readonly Note[];
}

/**
 * A request with an `Idempotency-Key` that was carried out: the same request again is answered by the same operation.
 * It is committed together with what it did, so that no crash can part the two.
 */
export interface AnsweredRequest {
  /** Who asked, and the key that they chose, as one text. */
  readonly key: string;
  /** SHA-256 of what was asked, in hexadecimal. */
  readonly fingerprint: string;
  readonly operationId: string;
  /** Epoch milliseconds. */
  readonly answeredAt: number;
}

/** An event that is about to be committed; the store gives it its sequence number. */
export interface NewEvent {
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly body: Document;
  /** Who the audit tells of; absent: it does not tell of this event. */
  readonly actor?: string | null;
}

/** When a node was last heard of. */
export interface LastSeen {
  readonly nodeId: string;
  /** Epoch milliseconds. */
  readonly lastSeenAt: number;
}

/** What becomes of one node, with the events that say why and the operations that changed by it. */
export interface NodeChange {
  /** Well-formed Unicode without NUL, as the contract's node ids are. */
  readonly nodeId: string;
  /** The revision that the change was decided on; `null`: the store has no such node yet. */
  readonly expectedRevision: number | null;
  /** The node as it is from now on; `null`: it is forgotten (its events and operations stay). */
  readonly state: Document | null;
  /** The revision that `state` has; without a state it is not kept. */
  readonly revision: number;
  readonly events: readonly NewEvent[];
  /** Operations to write, each wholly: a new one, or a known one as it is from now on. */
  readonly operations: readonly StoredOperation[];
}

/** Thrown by every verb but `commit` when the store cannot be reached or used now; the message says what is wrong and what to do. */
export class StoreUnavailableError extends Error {}

/**
 * The durable store. Every verb sees all that was acknowledged before it was called.
 * `commit` says as a value that the store cannot be written; every other verb throws a `StoreUnavailableError` then. Each verb throws after `close`.
 */
export interface Store {
  /** All nodes, and where the sequence numbers stand. */
  load(): Promise<StoredFleet>;

  /**
   * Writes all changes in one transaction, in their order, or none; durable when it resolves. A node may occur more than
   * once: each change is then checked against the one before it. Sequence numbers grow from commit to commit, without
   * gaps, and are never given twice, also after a restart.
   * @param answered Written in the same transaction; one with a known key replaces it (the caller has looked: the old one has had its time).
   * @param beside Written in the same transaction.
   */
  commit(
    changes: readonly NodeChange[],
    answered?: readonly AnsweredRequest[],
    beside?: Beside,
  ): Promise<CommitOutcome>;

  /** Those of the answered requests that have one of these keys, in no particular order; old ones too until they are pruned. */
  answeredRequests(keys: readonly string[]): Promise<readonly AnsweredRequest[]>;

  /** Removes what has had its time, oldest first. Unfinished operations and nodes never go. */
  prune(request: PruneRequest): Promise<Pruned>;

  /** Events in the order of their sequence numbers. */
  events(query: EventsQuery): Promise<readonly StoredEvent[]>;

  /** The same events with their places in the chain. */
  chain(query: ChainQuery): Promise<readonly ChainedEvent[]>;

  chainHead(): Promise<ChainHead>;

  /** How old what it holds is. */
  age(): Promise<StoreAge>;

  /** The last of the events that `prune` would remove now, in the chain; `null`: it would remove none. */
  lastToRemove(request: Pick<PruneRequest, 'eventsBefore' | 'eventsKeptMax' | 'rowsMax'>): Promise<ChainedEvent | null>;

  /** One operation; `null`: there is none with this id. */
  operation(id: string): Promise<StoredOperation | null>;

  /** Newest first; operations of the same millisecond in descending order of their ids (by code point). */
  operations(query: OperationsQuery): Promise<readonly StoredOperation[]>;

  /** How long operations took, of the newest `lookedAt` those that succeeded; newest first. */
  operationDurations(lookedAt: number): Promise<readonly OperationDuration[]>;

  /** Notes when nodes were last heard of. A time never goes back, and nodes that the store does not know are passed over. */
  recordLastSeen(rows: readonly LastSeen[]): Promise<void>;

  /** All tokens, revoked and expired ones too, oldest first. */
  tokens(): Promise<readonly StoredToken[]>;

  /** Notes when tokens were last used. A time never goes back, and tokens that the store does not know are passed over. */
  recordTokenUses(uses: readonly TokenUse[]): Promise<void>;

  /** Removes tokens that are revoked or have run out since before this instant (epoch milliseconds). */
  pruneTokens(before: number): Promise<void>;

  /** What is kept of webhooks beside what a commit writes. */
  readonly webhooks: WebhookStore;

  /** What is kept of budgets and slots. */
  readonly budgets: BudgetStore;
  /** The rollouts that commits have written. */
  readonly rollouts: RolloutStore;
  /** What servers share about logins. */
  readonly logins: LoginStore;

  /** What several servers on it need; `null`: it is for one server. */
  readonly shared: SharedStore | null;

  /** The bytes that it takes on its disk, logs of SQLite included. */
  bytes(): Promise<number>;

  /** Ends all use of the store and lets another process have it. Closing twice does no harm. */
  close(): Promise<void>;
}
