/** A store whose disk survives its process: a commit takes time, may fail, may stay in doubt, and a crash may come before it is durable, or after. */
import type { StoredBudget, StoredSlot } from '../../packages/server/src/store/budget-store.ts';
import type { RolloutStore, StoredRollout, StoredRolloutNode } from '../../packages/server/src/store/rollout-store.ts';
import type { SharedStore } from '../../packages/server/src/store/shared-store.ts';
import type {
  AnsweredRequest,
  Beside,
  CommitOutcome,
  NewEvent,
  NodeChange,
  Note,
  SettledOutcome,
  Store,
  StoredEvent,
  StoredNode,
  StoredOperation,
  StoredToken,
} from '../../packages/server/src/store/store.ts';
import type { Written } from './budget-promise.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import { type SharedCopy, SimulatedDatabase } from './simulated-database.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

/** A rollout with its nodes by position. */
export interface KeptRollout {
  readonly rollout: StoredRollout;
  readonly nodes: ReadonlyMap<number, StoredRolloutNode>;
}

/** What a commit wrote of rollouts, and of what happened beside the nodes. */
export interface RolloutsWritten {
  readonly rollouts: readonly { readonly before: KeptRollout | null; readonly after: KeptRollout }[];
  readonly notes: readonly Note[];
}

/** What is on the disk. */
export interface Copy {
  readonly nodes: ReadonlyMap<string, StoredNode>;
  readonly operations: ReadonlyMap<string, StoredOperation>;
  readonly answered: ReadonlyMap<string, AnsweredRequest>;
  readonly tokens: ReadonlyMap<string, StoredToken>;
  readonly budgets: ReadonlyMap<string, StoredBudget>;
  /** By group and holder. */
  readonly slots: ReadonlyMap<string, StoredSlot>;
  readonly rollouts: ReadonlyMap<string, KeptRollout>;
  readonly sequence: number;
  readonly events: readonly StoredEvent[];
  readonly shared: SharedCopy;
}

export class SimulatedDisk {
  nodes = new Map<string, StoredNode>();
  operations = new Map<string, StoredOperation>();
  answered = new Map<string, AnsweredRequest>();
  tokens = new Map<string, StoredToken>();
  budgets = new Map<string, StoredBudget>();
  slots = new Map<string, StoredSlot>();
  rollouts = new Map<string, KeptRollout>();
  sequence = 0;
  events: StoredEvent[] = [];
  /** What several servers leave there for each other. */
  readonly shared = new SimulatedDatabase(this);
  readonly #written: (change: NodeChange, before: StoredNode | null) => void;
  readonly #committed: (written: readonly Written[], beside: RolloutsWritten) => void;

  /** @param written Called at every durable step. @param committed Called at the end of every commit. */
  constructor(
    written: (change: NodeChange, before: StoredNode | null) => void,
    committed: (written: readonly Written[], beside: RolloutsWritten) => void,
  ) {
    this.#written = written;
    this.#committed = committed;
  }

  copy(): Copy {
    const { nodes, operations, answered, tokens, budgets, slots, rollouts, sequence, events, shared } = this;
    return {
      nodes: new Map(nodes),
      operations: new Map(operations),
      answered: new Map(answered),
      tokens: new Map(tokens),
      budgets: new Map(budgets),
      slots: new Map(slots),
      rollouts: new Map(rollouts),
      sequence,
      events: [...events],
      shared: shared.copy(),
    };
  }

  restore({ nodes, operations, answered, tokens, budgets, slots, rollouts, sequence, events, shared }: Copy): void {
    this.nodes = new Map(nodes);
    this.operations = new Map(operations);
    this.answered = new Map(answered);
    this.tokens = new Map(tokens);
    this.budgets = new Map(budgets);
    this.slots = new Map(slots);
    this.rollouts = new Map(rollouts);
    this.sequence = sequence;
    this.events = [...events];
    this.shared.restore(shared);
  }

  write(changes: readonly NodeChange[], answered: readonly AnsweredRequest[], beside: Beside): SettledOutcome {
    const sequences: number[][] = [];
    const written: Written[] = [];
    for (const change of changes) {
      const before = this.nodes.get(change.nodeId) ?? null;
      if ((before?.revision ?? null) !== change.expectedRevision)
        throw new Error(`${change.nodeId} is at revision ${before?.revision}, not ${change.expectedRevision}`);
      sequences.push(change.events.map((event) => this.#keepEvent(change.nodeId, event)));
      for (const operation of change.operations) this.operations.set(operation.id, operation);
      if (change.state !== null) {
        const { nodeId, revision, state } = change;
        this.nodes.set(nodeId, { nodeId, revision, lastSeenAt: null, state });
      }
      this.#written(change, before);
      written.push({ change, before });
    }
    for (const request of answered) this.answered.set(request.key, request);
    for (const token of beside.tokens ?? []) this.tokens.set(token.id, token);
    for (const { name, budget } of beside.budgets ?? []) {
      if (budget === null) this.budgets.delete(name);
      else this.budgets.set(name, budget);
    }
    for (const { groupName, holderId, slot } of beside.slots ?? []) {
      if (slot === null) this.slots.delete(`${groupName}/${holderId}`);
      else this.slots.set(`${groupName}/${holderId}`, slot);
    }
    const rollouts = (beside.rollouts ?? []).map(({ rollout, nodes }) => {
      const before = this.rollouts.get(rollout.id) ?? null;
      const changed = nodes.map((node) => [node.position, node] as const);
      const after: KeptRollout = { rollout, nodes: new Map([...(before?.nodes ?? []), ...changed]) };
      this.rollouts.set(rollout.id, after);
      return { before, after };
    });
    const notes = beside.notes ?? [];
    this.#committed(written, { rollouts, notes });
    const noteSequences = notes.map(({ nodeId, event }) => this.#keepEvent(nodeId, event));
    return { ok: true, sequences, noteSequences };
  }

  #keepEvent(nodeId: string, { kind, at, body }: NewEvent): number {
    this.sequence += 1;
    this.events.push({ sequence: this.sequence, nodeId, kind, at, body });
    return this.sequence;
  }
}

export interface SimulatedStoreOptions {
  readonly disk: SimulatedDisk;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly profile: Profile;
  /** Whether things may go wrong now. */
  readonly isTroubled: () => boolean;
  readonly life: Life;
  /** A moment at which the process may die: before a commit is durable, or after. */
  readonly crashPoint: () => void;
  /** What a write found to be wrong. */
  readonly guard: (run: () => void) => void;
  /** How it shares the disk with other servers; `null`: it has it for itself. */
  readonly shared: SharedStore | null;
}

export function simulatedStore(options: SimulatedStoreOptions): Store {
  const { disk, clock, random, profile, isTroubled, life, crashPoint, guard } = options;
  const ofProcess = clock.ofProcess(life);
  const after = (ms: number, run: () => void) => ofProcess.wakeAt(clock.now() + ms, run);
  const never = new Promise<never>(() => undefined);
  const commit = (changes: readonly NodeChange[], answered: readonly AnsweredRequest[], beside: Beside) =>
    new Promise<CommitOutcome>((resolve) => {
      after(random.between(0, 5), () => {
        crashPoint();
        if (!life.isAlive) return;
        if (isTroubled() && random.chance(profile.storeFails)) {
          resolve({ ok: false, code: 'store-unavailable', reason: 'The simulated disk is full.' });
          return;
        }
        const isInDoubt = isTroubled() && random.chance(profile.storeDoubts);
        const unwritten = { ok: false, code: 'store-unavailable', reason: 'It was not written after all.' } as const;
        let outcome: SettledOutcome = unwritten;
        if (!isInDoubt || random.chance(0.5)) guard(() => (outcome = disk.write(changes, answered, beside)));
        crashPoint();
        if (!life.isAlive) return;
        if (!isInDoubt) {
          resolve(outcome);
          return;
        }
        const settled = new Promise<SettledOutcome>((settle) => {
          after(random.between(100, 15_000), () => settle(outcome));
        });
        resolve({ ok: false, code: 'outcome-unknown', reason: 'The simulated connection was lost.', settled });
      });
    });
  return {
    // As text, as a disk would have it: what is no JSON does not come back.
    load: () =>
      Promise.resolve(JSON.parse(JSON.stringify({ nodes: [...disk.nodes.values()], lastSequence: disk.sequence }))),
    commit: (changes, answered = [], beside = {}) => commit(changes, answered, beside),
    answeredRequests: (keys) =>
      Promise.resolve(
        keys.flatMap((key) => {
          const known = disk.answered.get(key);
          return known === undefined ? [] : [known];
        }),
      ),
    shared: options.shared,
    prune: () => Promise.resolve({ events: 0, operations: 0, answered: 0 }),
    events: () => Promise.resolve([]),
    chain: () => Promise.resolve([]),
    age: () => Promise.resolve({ restoredAt: null, writtenAt: null }),
    chainHead: () => Promise.resolve({ sequence: disk.sequence, hash: null }),
    lastToRemove: () => Promise.resolve(null),
    operationDurations: () => Promise.resolve([]),
    operation: (id) => Promise.resolve(disk.operations.get(id) ?? null),
    operations: () => Promise.resolve([...disk.operations.values()]),
    recordLastSeen: () => Promise.resolve(),
    tokens: () => Promise.resolve([...disk.tokens.values()]),
    recordTokenUses: () => Promise.resolve(),
    pruneTokens: () => Promise.resolve(),
    // Nobody makes webhooks here.
    webhooks: {
      all: () => Promise.resolve([]),
      progress: () => Promise.resolve([]),
      recordProgress: () => never,
      keepDeadLetter: () => never,
      deadLetters: () => Promise.resolve([]),
      deadLetter: () => Promise.resolve(null),
      countDeadLetters: () => Promise.resolve(0),
      removeDeadLetter: () => never,
      dropDeadLetters: () => never,
      removeOrphans: () => never,
    },
    budgets: {
      all: () => Promise.resolve([...disk.budgets.values()]),
      slots: () => Promise.resolve([...disk.slots.values()]),
    },
    rollouts: rolloutsOn(disk),
    // Nobody logs in here.
    logins: {
      keepCode: () => never,
      code: () => Promise.resolve(null),
      takeCode: () => never,
      pruneCodes: () => Promise.resolve(),
      sharedSecret: () => never,
      usesSince: () => Promise.resolve([]),
    },
    bytes: () => never,
    close: () => Promise.resolve(),
  };
}

/** As copies: what is read is nobody else's. */
function rolloutsOn(disk: SimulatedDisk): RolloutStore {
  const asRead = <Row>(row: Row): Row => structuredClone(row);
  const oldestFirst = () =>
    [...disk.rollouts.values()]
      .map(({ rollout }) => rollout)
      .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
  return {
    unended: () =>
      Promise.resolve(
        oldestFirst()
          .filter(({ endedAt }) => endedAt === null)
          .map(asRead),
      ),
    get: (id) => {
      const kept = disk.rollouts.get(id);
      return Promise.resolve(kept === undefined ? null : asRead(kept.rollout));
    },
    list: ({ limit }) => Promise.resolve(oldestFirst().toReversed().slice(0, limit).map(asRead)),
    nodes: (rolloutId, { after = 0, limit }) => {
      const nodes = [...(disk.rollouts.get(rolloutId)?.nodes.values() ?? [])]
        .filter(({ position }) => position > after)
        .toSorted((one, other) => one.position - other.position)
        .slice(0, limit);
      return Promise.resolve(nodes.map(asRead));
    },
    prune: () => Promise.resolve(0),
  };
}
