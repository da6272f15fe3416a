/**
 * What several servers need that share one store: the pen, which only one of them has at a time, and what the others have committed.
 * Whoever has the pen knows all that was committed before; so everything is decided in one order, whichever server decides it.
 */
import type { BudgetChange, SlotChange } from './budget-store.ts';
import type { RolloutChange } from './rollout-store.ts';
import type {
  AnsweredRequest,
  Beside,
  CommitOutcome,
  Document,
  NodeChange,
  StoredEvent,
  StoredNode,
  StoredToken,
} from './store.ts';
import type { WebhookChange } from './webhook-store.ts';

/** What has become of a rollout. */
export interface MissedRollout extends RolloutChange {
  /** Whether `nodes` are all of its nodes, and not just those that changed. */
  readonly isWhole: boolean;
}

/** What other servers have committed since this server's memory was true, as it is now: each thing once. */
export interface MissedCommits {
  readonly nodes: readonly { readonly nodeId: string; readonly stored: StoredNode | null }[];
  readonly tokens: readonly StoredToken[];
  readonly webhooks: readonly WebhookChange[];
  readonly budgets: readonly BudgetChange[];
  readonly slots: readonly SlotChange[];
  readonly rollouts: readonly MissedRollout[];
  /** All of them, in the order of their sequence numbers, without a gap. */
  readonly events: readonly StoredEvent[];
}

/** The memory that follows a shared store. */
export interface Follower {
  /** Whether it has this rollout whole; of one that it does not know it gets all nodes. */
  readonly knowsRollout: (id: string) => boolean;
  /** Takes over what others have committed. Called in the order of the commits, before anything is decided after them. */
  readonly takeOver: (missed: MissedCommits) => void;
}

/** The right to commit, and the knowledge to decide: memory shows all that was committed before. One of the two ends it. */
export interface Pen {
  /** Those of the answered requests that have one of the keys; old ones too until they are pruned. */
  readonly answered: readonly AnsweredRequest[];
  /** As `Store.commit`. */
  commit(changes: readonly NodeChange[], answered: readonly AnsweredRequest[], beside: Beside): Promise<CommitOutcome>;
  /** Nothing is to be committed. */
  putDown(): Promise<void>;
}

/** A server that shares the store, as it last told of itself. */
export interface StoredReplica {
  /** Made anew at each start, and when others had given the server up. */
  readonly id: string;
  /** Grows for as long as it is there. */
  readonly beat: number;
  /** What it is known by across starts: no two that run have the same. */
  readonly name: string;
  /** Where it answers; `null`: it does not say. */
  readonly url: string | null;
  readonly version: string;
  /** Epoch milliseconds, by its own clock. */
  readonly startedAt: number;
  /** Agents that are connected to it. */
  readonly sessions: number;
  /** How far its memory was behind. */
  readonly lagMs: number;
  /** It hands its agents over, and is about to go. */
  readonly isLeaving: boolean;
}

/** What a server hears when it says that it is there. */
export interface Roll {
  /** Whether it was still known; if not, others have given it up, and it is not on the roll. */
  readonly isKnown: boolean;
  readonly replicas: readonly StoredReplica[];
  /** Whether memory shows all that is committed. */
  readonly isUpToDate: boolean;
}

/** Thrown when memory cannot be made true any more: the database was set back, what was missed is gone, or it could not be taken over. The server is to start anew. */
export class SupersededError extends Error {}

/** Something that is measured and not recorded, such as a load. */
export interface LiveValue {
  readonly id: string;
  readonly body: Document;
}

/** Every verb throws a `StoreUnavailableError` when the store cannot be reached or used now, and a `SupersededError`. */
export interface SharedStore {
  /**
   * Notes where the store stands; memory is to be read after it.
   * @returns The number of the last event: those after it come by `takeOver`.
   */
  follow(follower: Follower): Promise<number>;

  /** Waits until nobody has the pen, takes it and brings memory up to date. @param keys See `Pen.answered`. */
  takePen(keys: readonly string[]): Promise<Pen>;

  /** Brings memory up to date without the pen. Not to be called while the pen is being taken. */
  catchUp(): Promise<void>;

  /** Milliseconds since memory was last known to show all that is committed. */
  lagMs(): number;

  /** Puts a server on the roll. Others of its name are taken off it: it has replaced them. */
  enter(replica: StoredReplica): Promise<void>;

  /** Says that the server is there. */
  beat(replica: StoredReplica): Promise<Roll>;

  /** Takes a server off the roll, unless it has said since that it is there. @param beat `null`: whatever it said. @returns Whether it is off. */
  strike(id: string, beat: number | null): Promise<boolean>;

  /** Calls when others may have committed; it may also be told of nothing, or not be told. @returns What ends it. */
  subscribe(hint: () => void): () => void;

  /** Tells the other servers what is measured and not recorded; each value takes the place of the one with its id. */
  tellLive(values: readonly LiveValue[]): Promise<void>;

  /**
   * What was told after an instant of PostgreSQL's clock (epoch milliseconds), and that instant now. Something may come twice.
   */
  toldSince(instant: number): Promise<{ readonly instant: number; readonly values: readonly LiveValue[] }>;

  /** Removes what only those would read that are far behind. @param before Epoch milliseconds, by the clock of those who committed. */
  pruneCommits(before: number): Promise<void>;
}
