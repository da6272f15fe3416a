/** The fleet in memory, and the one pipeline of every change: decide, commit, evolve, act. */
import type { Actor, Node, OperationRecord } from '@sluice/contract';
import { afterServerStart, type Clock, type Command, type Result, underWay } from '@sluice/core';
import type { EventsQuery, OperationsQuery, Store, StoredEvent } from '../store/store.ts';
import { CommitQueue, type Committed } from './commit-queue.ts';
import type { CommandTracing } from './command-tracing.ts';
import { DueTimes } from './due-times.ts';
import { committedElsewhere } from './missed.ts';
import { endOfLostSession, type Servers } from './servers.ts';
import type { FleetOptions } from './fleet-options.ts';
import { RolloutBook } from './rollout-book.ts';
import { readUnended } from './stored-rollouts.ts';
import { NotedTimes } from './noted-times.ts';
import type { Executed, Once } from './execution.ts';
import type { AccessDecision, AccessOptions } from './request.ts';
import { BudgetBook } from './budget-book.ts';
import { Measures } from './measures.ts';
import type { FleetNode } from './member.ts';
import { Members } from './members.ts';
import { nodeView } from './node-view.ts';
import { nullWhileAway } from './store-problem.ts';
import { readNode, readOperation } from './stored-documents.ts';
import { TokenBook } from './token-book.ts';
import { WebhookBook } from './webhook-book.ts';
import { SERVER } from './server-actor.ts';

export class Fleet {
  /** Who may do what. */
  readonly tokens = new TokenBook();
  /** What is sent where. */
  readonly webhooks = new WebhookBook();
  /** How many nodes of a group may be unavailable at once, and how many are. */
  readonly budgets: BudgetBook;
  /** What is known of nodes and not recorded. */
  readonly measures: Measures;
  /** What is under way over many nodes. */
  readonly rollouts = new RolloutBook();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #tracing: CommandTracing | undefined;
  readonly #commits: CommitQueue;
  readonly #members: Members;
  readonly #due: DueTimes;
  readonly #times: NotedTimes;
  readonly #servers: Servers;
  readonly #endings: (() => void)[] = [];
  readonly #listeners = new Set<(nodeId: string) => void>();
  readonly #eventListeners = new Set<(events: readonly StoredEvent[]) => void>();
  #lastSequence = 0;

  private constructor(options: FleetOptions) {
    const { store, clock, settings, newOperationId, logger, committed, superseded, servers, tracing } = options;
    this.#store = store;
    this.#servers = servers;
    this.#clock = clock;
    this.#members = new Members(() => clock.now());
    this.#tracing = tracing;
    const stateOf = (nodeId: string) => this.#members.get(nodeId)?.state ?? null;
    const nodes = () => this.#members.states();
    this.budgets = new BudgetBook({ stateOf, all: nodes });
    this.#commits = new CommitQueue({
      store,
      clock,
      settings,
      newOperationId,
      logger,
      stateOf,
      tokens: this.tokens,
      webhooks: this.webhooks,
      budgets: this.budgets,
      nodes,
      publish: (done) => this.#publish(done),
      committed: committed ?? (() => undefined),
      superseded: superseded ?? (() => undefined),
    });
    this.#due = new DueTimes({ clock, servers, stateOf, record: (...asked) => this.record(...asked) });
    this.measures = new Measures({
      members: this.#members,
      shared: store.shared,
      servers,
      clock,
      logger,
      left: (nodeId) => this.#times.left(nodeId),
    });
    this.#times = new NotedTimes({
      store,
      clock,
      tokens: this.tokens,
      heardHere: () => this.#members.heardHere(),
      lastSeenOf: (nodeId) => this.#members.get(nodeId)?.lastSeenAt ?? null,
      written: () => this.#commits.storeIsBack(),
      logger,
    });
  }

  /** Fills memory from the store. Sessions at servers that are gone are over; each of their nodes gets a full lease from now on. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const { store, clock, servers } = options;
    const fleet = new Fleet(options);
    // Before anything is read: what others commit from here on is taken over on top of it.
    const followedFrom = await store.shared?.follow({
      knowsRollout: (id) => fleet.rollouts.get(id) !== undefined,
      takeOver: (missed) => fleet.#publish(committedElsewhere(missed, (id) => fleet.rollouts.get(id))),
    });
    const { nodes, lastSequence } = await store.load();
    fleet.#lastSequence = followedFrom ?? lastSequence;
    for (const token of await store.tokens()) fleet.tokens.put(token);
    for (const webhook of await store.webhooks.all()) fleet.webhooks.apply({ id: webhook.id, webhook });
    for (const rollout of await readUnended(store.rollouts)) fleet.rollouts.apply(rollout);
    for (const stored of nodes) {
      const state = readNode(stored);
      const isLost = endOfLostSession(state, servers) !== null;
      fleet.#members.restore(isLost ? afterServerStart(state, clock.now()) : state, stored.lastSeenAt);
    }
    fleet.budgets.apply({
      budgets: (await store.budgets.all()).map((budget) => ({ name: budget.name, budget })),
      slots: (await store.budgets.slots()).map((slot) => ({ ...slot, slot })),
    });
    for (const { state } of fleet.#members.values()) fleet.#due.set(state.id, state);
    fleet.#times.begin();
    fleet.#endings.push(
      store.shared?.subscribe(() => fleet.#commits.follow()) ?? (() => undefined),
      servers.subscribe(() => fleet.#serversChanged()),
    );
    return fleet;
  }

  /**
   * The one way to change a node. Resolves when the change is durable and visible, or with the problem why it was not made;
   * commands that come together share one transaction.
   * @param once What makes a repetition of the same request known as one; `null`: nothing does.
   */
  async execute(nodeId: string, command: Command, actor: Actor, once: Once | null = null): Promise<Result<Executed>> {
    const span = this.#tracing?.beginCommand(nodeId, command.kind);
    const result = await this.#commits.execute({ nodeId, command, actor, once, traceparent: span?.traceparent });
    span?.end(result.ok ? null : result.problem.code);
    if (!result.ok || result.value.repeatOf === null || result.value.operation !== null) return result;
    // A node's state keeps only the last operations that have ended; the store has them all.
    return { ok: true, value: { ...result.value, operation: await this.operation(result.value.repeatOf) } };
  }

  /**
   * The same for something that has happened, by itself or at a node: while the store is away it waits in its place. Only a
   * fleet that is stopped gives it up.
   * @param saidIn The agent's session that it was said in: refused when that is over. Absent: no agent said it.
   */
  record(nodeId: string, command: Command, actor: Actor, saidIn?: string): Promise<Result<Executed>> {
    return this.#commits.record(nodeId, command, actor, saidIn);
  }

  /** The one way to change who may do what, and to note what has happened beside the nodes. */
  access(decide: AccessDecision, options: AccessOptions = {}): Promise<Result<null>> {
    return this.#commits.access(decide, options);
  }

  /**
   * The clock was set: everything that nodes wait for moves along, in one transaction.
   * @param reanchor Sets the clock that this fleet reads, in the moment in which the new times are durable.
   * @returns Whether it was recorded; if not, the clock is not set.
   */
  shiftTimes(byMs: number, reanchor: () => void): Promise<boolean> {
    return this.#commits.sweep(
      () => [...this.#members.values()].flatMap(({ state }) => (underWay(state).wakeAt === null ? [] : [state.id])),
      { kind: 'ShiftTimes', byMs },
      SERVER,
      () => {
        reanchor();
        this.#times.begin();
      },
    );
  }

  node(nodeId: string): FleetNode | undefined {
    return this.#members.get(nodeId);
  }

  get size(): number {
    return this.#members.size;
  }

  /** All nodes, by id (in code-unit order). */
  nodes(): readonly FleetNode[] {
    return this.#members.sorted();
  }

  /** The node as of this very moment. */
  view(nodeId: string): Node | undefined {
    const member = this.#members.get(nodeId);
    return member && nodeView(member.state, member.load, member.lastSeenAt, this.#clock.now());
  }

  /** Grows with every visible change of any node. */
  get version(): number {
    return this.#members.version;
  }

  /** The nodes that changed after a version, by id; `null`: it is none of this process, or a node has left since. */
  changedSince(version: number): readonly FleetNode[] | null {
    return this.#members.changedSince(version);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Why the last write failed, in plain words; `null` when it succeeded. */
  get storeProblem(): string | null {
    return this.#commits.storeProblem;
  }

  /** The bytes that the store takes on its disk; `null`: it cannot be asked now. */
  storeBytes(): Promise<number | null> {
    return nullWhileAway(this.#store.bytes());
  }

  /** Of the newest event that is visible here. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  events(query: EventsQuery): Promise<readonly StoredEvent[]> {
    return this.#store.events(query);
  }

  async operation(id: string): Promise<OperationRecord | null> {
    const stored = await this.#store.operation(id);
    return stored === null ? null : readOperation(stored);
  }

  async operations(query: OperationsQuery): Promise<readonly OperationRecord[]> {
    return (await this.#store.operations(query)).map(readOperation);
  }

  /** Calls after each commit, once for each node that it changed. @returns What ends it. */
  subscribe(listener: (nodeId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls after each commit with its events, in their order, when memory shows what they changed. @returns What ends it. */
  subscribeToEvents(listener: (events: readonly StoredEvent[]) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Lets what was begun be committed, and notes when nodes were last heard of. */
  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    this.#due.stop();
    await this.measures.stop();
    await this.#commits.stop();
    await this.#times.stop();
  }

  #publish({ states, events, tokens, webhooks, budgets, slots, rollouts }: Committed): void {
    this.#lastSequence = events.at(-1)?.sequence ?? this.#lastSequence;
    for (const token of tokens) this.tokens.put(token);
    for (const change of webhooks) this.webhooks.apply(change);
    for (const [nodeId, state] of states) {
      this.budgets.nodeChanged(this.#members.get(nodeId)?.state ?? null, state);
      this.#members.put(nodeId, state);
      this.#due.set(nodeId, state);
    }
    this.budgets.apply({ budgets, slots });
    for (const { state } of rollouts) this.rollouts.apply(state);
    this.measures.happened(events);
    for (const nodeId of states.keys()) for (const listener of this.#listeners) listener(nodeId);
    if (events.length > 0) for (const listener of this.#eventListeners) listener(events);
  }

  /** What the agents of a server that is gone said last was not heard; their sessions are over, unless they are back already. */
  #serversChanged(): void {
    this.#due.hearAnew();
    for (const { state } of this.#members.values()) {
      this.#due.set(state.id, state);
      const end = endOfLostSession(state, this.#servers);
      if (end !== null) void this.record(state.id, end, SERVER);
    }
  }
}
