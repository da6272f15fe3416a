/** What the store keeps of rollouts: a header each, and a row for each of their nodes. Knows nothing of what the documents mean. */
import type { Document } from './store.ts';

/** A rollout as of its last commit, without its nodes. */
export interface StoredRollout {
  readonly id: string;
  readonly status: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; `null`: it has not ended. */
  readonly endedAt: number | null;
  readonly body: Document;
}

/** A node of a rollout as of its last commit. */
export interface StoredRolloutNode {
  /** Its place in the order, from 1 on. */
  readonly position: number;
  readonly nodeId: string;
  readonly status: string;
  readonly body: Document;
}

/** What a commit writes of a rollout: all of its header, and of its nodes those that changed. At most one of each rollout. */
export interface RolloutChange {
  readonly rollout: StoredRollout;
  readonly nodes: readonly StoredRolloutNode[];
}

/** Which rollouts; every given condition must hold. */
export interface RolloutsQuery {
  /** Only these; an empty list selects nothing. */
  readonly statuses?: readonly string[] | undefined;
  /** The last rollout of the page before: only those that come after it in the order. */
  readonly cursor?: { readonly createdAt: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** Which nodes of a rollout; every given condition must hold. */
export interface RolloutNodesQuery {
  /** Only these; an empty list selects nothing. */
  readonly statuses?: readonly string[] | undefined;
  /** Only those after this position. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Every verb throws a `StoreUnavailableError` when the store cannot be reached or used now. */
export interface RolloutStore {
  /** Those that have not ended, oldest first. */
  unended(): Promise<readonly StoredRollout[]>;

  /** `null`: there is none with this id. */
  get(id: string): Promise<StoredRollout | null>;

  /** Newest first; those of the same millisecond in descending order of their ids (by code point). */
  list(query: RolloutsQuery): Promise<readonly StoredRollout[]>;

  /** In the order of their positions. */
  nodes(rolloutId: string, query: RolloutNodesQuery): Promise<readonly StoredRolloutNode[]>;

  /**
   * Removes rollouts that ended before this instant (epoch milliseconds), the nodes of a rollout first.
   * @param rowsMax Rows that go at most, so that a call is short.
   * @returns How many went.
   */
  prune(endedBefore: number, rowsMax: number): Promise<number>;
}
