/**
 * A database that several servers share, as PostgreSQL keeps it: the order of the commits, the lock that each of them takes, the roll of
 * the servers, and who hears of a commit. What its tables hold is on the `SimulatedDisk`.
 */
import {
  type Follower,
  type LiveValue,
  type MissedCommits,
  type StoredReplica,
  SupersededError,
} from '../../packages/server/src/store/shared-store.ts';
import type { Beside, NodeChange } from '../../packages/server/src/store/store.ts';
import type { SimulatedDisk } from './simulated-store.ts';

/** A place in the order of the commits. */
export interface Place {
  readonly number: number;
  /** Of the commit there; `null`: none was ever made. */
  readonly id: string | null;
  readonly lastSequence: number;
}

interface Commit extends Place {
  readonly changes: readonly NodeChange[];
  readonly beside: Beside;
}

/** What of it is on the disk beside the tables. */
export interface SharedCopy {
  readonly commits: readonly Commit[];
  readonly roll: ReadonlyMap<string, StoredReplica>;
}

/** A transaction of a server's. */
export interface Transaction {
  /** The database has ended it: its server stood still for too long, or all connections were lost. */
  isOver: boolean;
}

interface Waiting {
  readonly transaction: Transaction;
  readonly granted: () => void;
}

export class SimulatedDatabase {
  roll = new Map<string, StoredReplica>();
  readonly live = new Map<string, { readonly at: number; readonly value: LiveValue }>();
  readonly #disk: SimulatedDisk;
  readonly #hints = new Set<() => void>();
  #commits: Commit[] = [];
  #made = 0;
  #holder: Transaction | null = null;
  #waiting: readonly Waiting[] = [];

  constructor(disk: SimulatedDisk) {
    this.#disk = disk;
  }

  get head(): Place {
    const { number = 0, id = null } = this.#commits.at(-1) ?? {};
    return { number, id, lastSequence: this.#disk.sequence };
  }

  copy(): SharedCopy {
    return { commits: [...this.#commits], roll: new Map(this.roll) };
  }

  /** A standby that lagged has taken its place. */
  restore({ commits, roll }: SharedCopy): void {
    this.loseConnections();
    this.#commits = [...commits];
    this.roll = new Map(roll);
  }

  /** Waits for the pen. */
  ask(transaction: Transaction, granted: () => void): void {
    this.#waiting = [...this.#waiting, { transaction, granted }];
    this.#grant();
  }

  has(transaction: Transaction): boolean {
    return this.#holder === transaction;
  }

  end(transaction: Transaction): void {
    transaction.isOver = true;
    if (this.#holder === transaction) this.#holder = null;
    this.#waiting = this.#waiting.filter((waiting) => waiting.transaction !== transaction);
    this.#grant();
  }

  /** Every transaction that was under way is over. */
  loseConnections(): void {
    const lost = [...(this.#holder === null ? [] : [this.#holder]), ...this.#waiting.map((each) => each.transaction)];
    this.#waiting = [];
    this.#holder = null;
    for (const transaction of lost) transaction.isOver = true;
  }

  /** What was just written to the disk is the next of the commits. */
  add(changes: readonly NodeChange[], beside: Beside): Place {
    // An id that no commit ever had, also of those that an older copy knows nothing of.
    const id = `commit ${(this.#made += 1)}`;
    const commit = { ...this.head, number: this.head.number + 1, id, changes, beside };
    this.#commits.push(commit);
    for (const hint of this.#hints) hint();
    return commit;
  }

  knows({ number, id }: Place): boolean {
    return number === 0 || this.#commits[number - 1]?.id === id;
  }

  onCommit(hint: () => void): () => void {
    this.#hints.add(hint);
    return () => this.#hints.delete(hint);
  }

  /**
   * What was committed since a place, as it is now; `null`: nothing.
   * @throws SupersededError when the commits do not follow the place.
   */
  missedSince(place: Place, knowsRollout: Follower['knowsRollout']): MissedCommits | null {
    if (!this.knows(place)) throw new SupersededError('The simulated database was set back.');
    const commits = this.#commits.slice(place.number);
    if (commits.length === 0) return null;
    const { nodes, tokens, budgets, slots, rollouts, events } = this.#disk;
    const besides = commits.map(({ beside }) => beside);
    const nodeIds = new Set(commits.flatMap(({ changes }) => changes.map(({ nodeId }) => nodeId)));
    const tokenIds = new Set(besides.flatMap((beside) => (beside.tokens ?? []).map(({ id }) => id)));
    const budgetNames = new Set(besides.flatMap((beside) => (beside.budgets ?? []).map(({ name }) => name)));
    const changedSlots = besides.flatMap((beside) => beside.slots ?? []);
    const changedRollouts = besides.flatMap((beside) => beside.rollouts ?? []);
    const missed: MissedCommits = {
      nodes: [...nodeIds].map((nodeId) => ({ nodeId, stored: nodes.get(nodeId) ?? null })),
      tokens: [...tokenIds].flatMap((id) => tokens.get(id) ?? []),
      // Nobody makes webhooks here.
      webhooks: [],
      budgets: [...budgetNames].map((name) => ({ name, budget: budgets.get(name) ?? null })),
      slots: changedSlots.map(({ groupName, holderId }) => ({
        groupName,
        holderId,
        slot: slots.get(`${groupName}/${holderId}`) ?? null,
      })),
      rollouts: [...new Set(changedRollouts.map(({ rollout }) => rollout.id))].flatMap((id) => {
        const kept = rollouts.get(id);
        if (kept === undefined) return [];
        const isWhole = !knowsRollout(id);
        const changed = changedRollouts.filter(({ rollout }) => rollout.id === id).flatMap((change) => change.nodes);
        const positions = isWhole ? [...kept.nodes.keys()] : [...new Set(changed.map(({ position }) => position))];
        return [
          { isWhole, rollout: kept.rollout, nodes: positions.flatMap((position) => kept.nodes.get(position) ?? []) },
        ];
      }),
      events: events.filter(({ sequence }) => sequence > place.lastSequence),
    };
    // As text, as a database would have it.
    const read: MissedCommits = JSON.parse(JSON.stringify(missed));
    return read;
  }

  #grant(): void {
    const [next, ...others] = this.#waiting;
    if (this.#holder !== null || next === undefined) return;
    this.#waiting = others;
    this.#holder = next.transaction;
    next.granted();
  }
}
