/** The fleet in memory, and the one pipeline of every change: decide, commit, evolve, act. */
import type { Actor, Load, Node, OperationRecord } from '@sluice/contract';
import { type Command, type NodeState, type Result, underWay } from '@sluice/core';
import type { Logger } from 'pino';
import type { OperationsQuery, Store } from '../store/store.ts';
import type { Clock } from '@sluice/core';
import { decideBatch, type Request } from './decide-batch.ts';
import { type FleetNode, Member } from './member.ts';
import { nodeView } from './node-view.ts';
import { newOperationId } from './operation-id.ts';
import { readNode, readOperation } from './stored-documents.ts';
import { WakeQueue } from './wake-queue.ts';

/** Commands that share one transaction at most: a commit of a thousand changes takes about 30 ms. */
const BATCH_COMMANDS_MAX = 1000;
/** Milliseconds until what is due is tried again when it could not be recorded. */
const RETRY_MS = 1000;
/** Milliseconds between two bulk writes of when nodes were last heard of. */
const LAST_SEEN_FLUSH_MS = 30_000;

const SERVER: Actor = { name: 'server', address: null };

export interface FleetSettings {
  /** The deadline of a drain that names none; `null`: none. */
  readonly defaultDrainTimeoutMs: number | null;
  readonly metadataBytesMax: number;
}

/** What came of a command, as committed. */
export interface Executed {
  /** `null`: the node was forgotten. */
  readonly node: NodeState | null;
  /** The operation that the command is about, where it is about one. */
  readonly operation: OperationRecord | null;
}

export interface FleetOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: FleetSettings;
  readonly logger: Logger;
}

export class Fleet {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #settings: FleetSettings;
  readonly #logger: Logger;
  readonly #members = new Map<string, Member>();
  readonly #due: WakeQueue;
  readonly #flushes: WakeQueue;
  readonly #heardSinceFlush = new Set<string>();
  readonly #listeners = new Set<(nodeId: string) => void>();
  #queue: Request[] = [];
  #turn: Promise<void> | null = null;
  #sorted: readonly FleetNode[] | null = null;
  #storeProblem: string | null = null;
  #version = 0;

  private constructor({ store, clock, settings, logger }: FleetOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#settings = settings;
    this.#logger = logger;
    this.#due = new WakeQueue(clock, (nodeId) => void this.#passTime(nodeId));
    this.#flushes = new WakeQueue(clock, () => void this.#flushLastSeen());
  }

  /** Fills memory from the store. Sessions of before this start are over; every node gets a full lease from now on. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    const { nodes } = await options.store.load();
    for (const stored of nodes) {
      fleet.#members.set(stored.nodeId, new Member(readNode(stored), stored.lastSeenAt, () => options.clock.now()));
    }
    await Promise.all(
      [...fleet.#members.values()].flatMap(({ state: { id, session } }) =>
        session.kind === 'connected'
          ? [
              fleet.execute(
                id,
                {
                  kind: 'RecordDisconnect',
                  sessionId: session.sessionId,
                  goodbye: false,
                  why: 'the server was restarted',
                },
                SERVER,
              ),
            ]
          : [],
      ),
    );
    for (const { state } of fleet.#members.values()) fleet.#due.set(state.id, underWay(state).wakeAt);
    fleet.#flushes.set('last-seen', options.clock.now() + LAST_SEEN_FLUSH_MS);
    return fleet;
  }

  /**
   * The one way to change a node. Resolves when the change is durable and visible, or with the problem why it was not made;
   * commands that come together share one transaction.
   */
  execute(nodeId: string, command: Command, actor: Actor): Promise<Result<Executed>> {
    return new Promise((resolve) => {
      this.#queue.push({ nodeId, command, actor, resolve });
      this.#turn ??= this.#work();
    });
  }

  node(nodeId: string): FleetNode | undefined {
    return this.#members.get(nodeId);
  }

  /** All nodes, by id (in code-unit order). */
  nodes(): readonly FleetNode[] {
    this.#sorted ??= [...this.#members.values()].sort((one, other) => (one.state.id < other.state.id ? -1 : 1));
    return this.#sorted;
  }

  /** The node as of this very moment. */
  view(nodeId: string): Node | undefined {
    const member = this.#members.get(nodeId);
    return member && nodeView(member.state, member.load, member.lastSeenAt, this.#clock.now());
  }

  /** Grows with every visible change of any node. */
  get version(): number {
    return this.#version;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Why the last write failed, in plain words; `null` when it succeeded. */
  get storeProblem(): string | null {
    return this.#storeProblem;
  }

  async operation(id: string): Promise<OperationRecord | null> {
    const stored = await this.#store.operation(id);
    return stored === null ? null : readOperation(stored);
  }

  async operations(query: OperationsQuery): Promise<readonly OperationRecord[]> {
    return (await this.#store.operations(query)).map(readOperation);
  }

  /** Something was heard of the node's agent. Memory only, written in bulk now and then. */
  heard(nodeId: string): void {
    const member = this.#members.get(nodeId);
    if (member === undefined) return;
    member.lastSeenAt = this.#clock.now();
    this.#heardSinceFlush.add(nodeId);
  }

  /** What the agent measured. Memory only. */
  measured(nodeId: string, load: Load): void {
    const member = this.#members.get(nodeId);
    if (member === undefined) return;
    member.measure(load);
    this.#version += 1;
  }

  /** Calls after each commit, once for each node that it changed. @returns What ends it. */
  subscribe(listener: (nodeId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets what was begun be committed, and notes when nodes were last heard of. */
  async stop(): Promise<void> {
    this.#due.stop();
    this.#flushes.stop();
    await this.#turn;
    await this.#flushLastSeen();
    this.#flushes.stop();
  }

  async #work(): Promise<void> {
    // What arrives in the same turn of the event loop shares the first commit.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const requests = this.#queue.slice(0, BATCH_COMMANDS_MAX);
      this.#queue = this.#queue.slice(BATCH_COMMANDS_MAX);
      await this.#commit(requests);
    }
    this.#turn = null;
  }

  async #commit(requests: readonly Request[]): Promise<void> {
    const batch = decideBatch(requests, (nodeId) => this.#members.get(nodeId)?.state ?? null, {
      now: this.#clock.now(),
      newOperationId,
      settings: this.#settings,
      broken: (nodeId, violations) =>
        this.#logger.error(
          { event: 'invariant-violated', nodeId, violations },
          'a decision was refused because it would break an invariant',
        ),
    });
    const reason = batch.changes.length === 0 ? null : await this.#write(batch.changes);
    if (batch.changes.length > 0) this.#storeProblem = reason;
    if (reason === null) this.#publish(batch.states);
    for (const { request, result, dependsOnCommit } of batch.answers) {
      request.resolve(
        reason !== null && dependsOnCommit
          ? { ok: false, problem: { code: 'store-unavailable', detail: reason } }
          : result,
      );
    }
  }

  /** @returns Why nothing was written, in plain words; `null` when everything was. */
  async #write(changes: Parameters<Store['commit']>[0]): Promise<string | null> {
    try {
      const outcome = await this.#store.commit(changes);
      if (outcome.ok) return null;
      const reason =
        outcome.code === 'store-unavailable'
          ? outcome.reason
          : `Another server has written the same nodes (${outcome.nodeIds.join(', ')}).`;
      this.#logger.error({ event: 'store-unavailable', reason }, 'nothing was recorded');
      return reason;
    } catch (error) {
      this.#logger.error({ event: 'store-failed', err: error }, 'nothing was recorded');
      return 'The store failed in an unexpected way; see the server’s log.';
    }
  }

  #publish(states: ReadonlyMap<string, NodeState | null>): void {
    for (const [nodeId, state] of states) {
      const member = this.#members.get(nodeId);
      if (state === null) this.#members.delete(nodeId);
      else if (member === undefined)
        this.#members.set(nodeId, new Member(state, this.#clock.now(), () => this.#clock.now()));
      else member.replace(state);
      if (state === null || member === undefined) this.#sorted = null;
      this.#due.set(nodeId, state === null ? null : underWay(state).wakeAt);
      this.#version += 1;
    }
    for (const nodeId of states.keys()) for (const listener of this.#listeners) listener(nodeId);
  }

  async #passTime(nodeId: string): Promise<void> {
    const revision = this.#members.get(nodeId)?.state.revision;
    const result = await this.execute(nodeId, { kind: 'PassTime' }, SERVER);
    const state = this.#members.get(nodeId)?.state;
    if (state === undefined) return;
    // What could not be recorded is still due; what was recorded has set its own next instant.
    const { wakeAt } = underWay(state);
    const isStillDue = !result.ok || state.revision === revision;
    if (isStillDue && wakeAt !== null) this.#due.set(nodeId, Math.max(wakeAt, this.#clock.now() + RETRY_MS));
  }

  async #flushLastSeen(): Promise<void> {
    const rows = [...this.#heardSinceFlush].flatMap((nodeId) => {
      const lastSeenAt = this.#members.get(nodeId)?.lastSeenAt ?? null;
      return lastSeenAt === null ? [] : [{ nodeId, lastSeenAt }];
    });
    this.#heardSinceFlush.clear();
    this.#flushes.set('last-seen', this.#clock.now() + LAST_SEEN_FLUSH_MS);
    if (rows.length === 0) return;
    try {
      await this.#store.recordLastSeen(rows);
      // A server that balancers were told to avoid gets no changes: this write shows that the store is back.
      this.#storeProblem = null;
    } catch (error) {
      this.#logger.warn(
        { event: 'last-seen-unwritten', err: error },
        'when nodes were last heard of was not noted; the next time will be',
      );
    }
  }
}
