/** All rollouts: who looks after each, what each needs to know of the others, and the doors by which they are started, steered and read. */
import { type Actor, type Problem, ROLLOUTS_UNENDED_MAX, type RolloutSpec } from '@sluice/contract';
import {
  type Clock,
  type Command,
  isEnded,
  type Result,
  type RolloutNodeState,
  type RolloutRequest,
  type RolloutState,
} from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import type { Servers } from '../fleet/servers.ts';
import { readRollout, readRolloutNode, readSummary, type RolloutSummary } from '../fleet/stored-rollouts.ts';
import { type AllowedAddresses, allowedLookup } from '../outgoing/allowed-address.ts';
import type { RolloutNodesQuery, RolloutsQuery, RolloutStore } from '../store/rollout-store.ts';
import type { Store, StoreAge, StoredEvent } from '../store/store.ts';
import { countedBudgets } from './counted-budgets.ts';
import { Durations } from './durations.ts';
import { whyNotGate } from './gate-address.ts';
import { JoinedNodes } from './joined-nodes.ts';
import { type MadePlan, RolloutPlans, type RolloutPlansOptions } from './rollout-plans.ts';
import type { NewRolloutId } from './rollout-id.ts';
import { RolloutNodeIds } from './rollout-node-ids.ts';
import { type RolloutOutlook, RolloutRunner } from './rollout-runner.ts';
import { RolloutWorld } from './rollout-world.ts';
import { RunningGate } from './running-gate.ts';
import { whyInDoubt } from './in-doubt.ts';
import { type RolloutWish, startRollout } from './start-rollout.ts';
import { UnheardNodes } from './unheard-nodes.ts';

export interface RolloutsOptions {
  readonly fleet: Fleet;
  readonly servers: Servers;
  readonly store: Pick<Store, 'rollouts' | 'operationDurations'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Addresses of metric gates beside public ones. */
  readonly allowed: AllowedAddresses;
  /** Many nodes fell silent together: what to tell of it; `null`: they did not. */
  readonly massSilence: () => string | null;
  readonly parametersCheck: RolloutPlansOptions['parametersCheck'];
  readonly defaultDrainTimeoutMs: number | null;
  /** What the steps are measured by; absent: the process's own clock, which never steps. */
  readonly measureMs?: () => number;
}

/** What somebody wants to become of a rollout. */
export type SteerKind = Exclude<
  RolloutRequest['kind'],
  'StartRollout' | 'RecordAnswer' | 'DoubtRollout' | 'ShiftTimes'
>;

export class Rollouts {
  readonly nodeIds: RolloutNodeIds;
  readonly #options: RolloutsOptions;
  readonly #store: RolloutStore;
  readonly #runners = new Map<string, RolloutRunner>();
  readonly #joined: JoinedNodes;
  readonly #world: RolloutWorld;
  readonly #plans: RolloutPlans;
  readonly #unheard: UnheardNodes;
  readonly #endings: (() => void)[] = [];
  /** Starts and retries come one after the other: each counts those before it. */
  #starting: Promise<unknown> = Promise.resolve();
  /** The id of the rollout that is being started; `null`: none is. */
  #startingId: string | null = null;
  #isStopped = false;

  constructor(options: RolloutsOptions) {
    const { fleet, servers, clock, store, massSilence, parametersCheck, defaultDrainTimeoutMs } = options;
    this.#options = options;
    this.#store = store.rollouts;
    this.nodeIds = new RolloutNodeIds(store.rollouts, fleet);
    this.#joined = new JoinedNodes(fleet, oldestStart([...fleet.rollouts.all()]));
    this.#unheard = new UnheardNodes(fleet);
    const holderOf = (nodeId: string, exceptId: string | null) => this.#holderOf(nodeId, exceptId);
    // Whoever may see a rollout may not see all nodes of its budgets: what it waits for is told without names.
    const budgets = () => countedBudgets(fleet, () => false);
    const unheard = this.#unheard;
    this.#world = new RolloutWorld({ fleet, joined: this.#joined, budgets, holderOf, unheard, massSilence });
    this.#plans = new RolloutPlans({
      fleet,
      clock,
      durations: new Durations(store, clock),
      budgets: (isNamed) => countedBudgets(fleet, isNamed),
      holderOf: (nodeId) => holderOf(nodeId, null),
      defaultDrainTimeoutMs,
      parametersCheck,
    });
    this.#endings.push(
      fleet.rollouts.subscribe((state) => this.#committed(state)),
      fleet.subscribe((nodeId) => this.#changed(nodeId)),
      // Somebody takes a place in a budget, or leaves one.
      fleet.budgets.subscribe(() => this.#wakeAll()),
      fleet.subscribeToEvents((events) => this.#happened(events)),
      servers.subscribe(() => this.#serversChanged()),
    );
  }

  /** Goes on with what the fleet read from the store: from now on agents come back. @param age Of the store, before this start. */
  begin(age: StoreAge): void {
    const { fleet, clock } = this.#options;
    for (const state of fleet.rollouts.all()) {
      const runner = this.#runnerOf(state.header.id, state);
      const detail = whyInDoubt(state.header, age, clock.now());
      if (detail !== null) runner.happened({ kind: 'DoubtRollout', detail });
      runner.take(state);
    }
  }

  /** What a rollout would do now. @param isNamed Which nodes exist for whoever asks. */
  plan(spec: RolloutSpec, isNamed: (nodeId: string) => boolean): Promise<Result<MadePlan>> {
    const problem = whyNotGate(spec, this.#options.allowed);
    return problem === null ? this.#plans.show(spec, isNamed) : Promise.resolve({ ok: false, problem });
  }

  /**
   * @param newId Of the new rollout. One that was started under it by the very same request is given instead.
   */
  start(newId: NewRolloutId, wish: RolloutWish, actor: Actor): Promise<Result<RolloutState>> {
    return this.#inTurn(async () => {
      const problem = whyNotGate(wish.spec, this.#options.allowed);
      if (problem !== null) return { ok: false, problem };
      const runnerOf = (id: string) => {
        this.#holdForStart(id);
        return this.#runnerOf(id, null);
      };
      const parts = {
        plans: this.#plans,
        stateOf: (id: string) => this.state(id),
        runnerOf,
        now: this.#options.clock.now(),
      };
      return startRollout(newId, wish, actor, parts).finally(() => this.#holdForStart(null));
    });
  }

  /** @param id Whose runner is kept, whether there is such a rollout or not; `null`: none. */
  #holdForStart(id: string | null): void {
    const before = this.#startingId;
    this.#startingId = id;
    const state = before === null ? null : (this.#runners.get(before)?.state ?? null);
    if (before !== null && (state === null || isEnded(state.header))) this.#drop(before);
  }

  /** There is nothing left to do. */
  #drop(id: string): void {
    if (id === this.#startingId) return;
    void this.#runners.get(id)?.stop();
    this.#runners.delete(id);
  }

  /** Pauses, resumes, approves, cancels or retries a rollout. */
  async steer(id: string, kind: SteerKind, reason: string | null, actor: Actor): Promise<Result<RolloutState>> {
    const runner = this.#runners.get(id);
    // One that is kept for a start knows of no rollout, whether there is one or not.
    if (runner !== undefined && runner.state !== null) return runner.ask({ kind, reason }, actor);
    return this.#inTurn(async () => {
      const state = await this.state(id);
      if (state === null) return noSuchRollout(id);
      return this.#runnerOf(id, state).ask({ kind, reason }, actor);
    });
  }

  /** A rollout with all of its nodes; `null`: there is none. */
  async state(id: string): Promise<RolloutState | null> {
    const live = this.#options.fleet.rollouts.get(id);
    if (live !== undefined) return live;
    const stored = await this.#store.get(id);
    return stored === null ? null : readRollout(this.#store, stored);
  }

  /** Newest first. */
  async list(query: RolloutsQuery): Promise<readonly RolloutSummary[]> {
    return (await this.#store.list(query)).map(readSummary);
  }

  /** A rollout without its nodes; `null`: there is none. */
  async summary(id: string): Promise<RolloutSummary | null> {
    const stored = await this.#store.get(id);
    return stored === null ? null : readSummary(stored);
  }

  /** Nodes of a rollout, in their order. */
  async nodes(id: string, query: RolloutNodesQuery): Promise<readonly RolloutNodeState[]> {
    return (await this.#store.nodes(id, query)).map(readRolloutNode);
  }

  /** What is not recorded of one that has not ended. */
  outlook(id: string): RolloutOutlook {
    return this.#runners.get(id)?.outlook ?? { waiting: null };
  }

  /** The brake on mass silence was pulled or let go. */
  massSilenceChanged(): void {
    this.#wakeAll();
  }

  /** The clock was set by so much; called in the moment in which that is durable. */
  clockShifted(byMs: number): void {
    for (const runner of this.#runners.values()) runner.happened({ kind: 'ShiftTimes', byMs });
  }

  /** What was begun is committed; the rest goes on at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#endings.splice(0)) end();
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  /** Who looks after it. @param state As the store has it, should nobody do so yet; `null`: it is yet to be started. */
  #runnerOf(id: string, state: RolloutState | null): RolloutRunner {
    const known = this.#runners.get(id);
    if (known !== undefined) return known;
    const { fleet, servers, clock, logger, allowed } = this.#options;
    const runner: RolloutRunner = new RolloutRunner(
      {
        id,
        fleet,
        clock,
        logger,
        world: this.#world,
        gate: new RunningGate({ clock, allowed, lookup: allowedLookup(allowed), answered: () => runner.wake() }),
        isOurs: () => servers.isOurs(`rollout:${id}`),
        fit: (nodeId, command) => this.#fit(nodeId, command),
        othersUnended: () => fleet.rollouts.size - (fleet.rollouts.get(id) === undefined ? 0 : 1),
        unendedMax: ROLLOUTS_UNENDED_MAX,
        measureMs: this.#options.measureMs ?? (() => performance.now()),
        finished: () => this.#drop(id),
      },
      state,
    );
    this.#runners.set(id, runner);
    return runner;
  }

  async #inTurn<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    const stopping: Problem = { code: 'stopping', detail: 'The server is stopping. Nothing was done.' };
    const turn = this.#starting.then(() => (this.#isStopped ? { ok: false as const, problem: stopping } : work()));
    this.#starting = turn.catch(() => undefined);
    return turn;
  }

  #holderOf(nodeId: string, exceptId: string | null): string | null {
    for (const [id, runner] of this.#runners) if (id !== exceptId && runner.holds(nodeId)) return id;
    return null;
  }

  #committed(state: RolloutState): void {
    const { id } = state.header;
    const runner = this.#runnerOf(id, null);
    runner.take(state);
    if (isEnded(state.header))
      this.#joined.forgetBefore(oldestStart([...this.#options.fleet.rollouts.all()]) ?? Number.POSITIVE_INFINITY);
    // A node that one of them gives back is one that another may take.
    for (const [otherId, other] of this.#runners) if (otherId !== id) other.wake();
  }

  #changed(nodeId: string): void {
    if (this.#unheard.look(nodeId)) this.#wakeAll();
    for (const runner of this.#runners.values()) if (runner.knows(nodeId)) runner.wake();
  }

  #happened(events: readonly StoredEvent[]): void {
    if (this.#joined.note(events)) this.#wakeAll();
  }

  /** Also those that wait for nothing yet: what they decide at this moment may rest on what was before. */
  #wakeAll(): void {
    for (const runner of this.#runners.values()) runner.wake();
  }

  /** Some of them may be this server's now to go on with. */
  #serversChanged(): void {
    for (const state of this.#options.fleet.rollouts.all()) this.#runnerOf(state.header.id, state).take(state);
  }

  /** As the node's agent declares the command now: with its defaults, and only what fits. */
  #fit(nodeId: string, command: Command): Result<Command> {
    if (command.kind !== 'RunDeclaredCommand') return { ok: true, value: command };
    const declared = this.#options.fleet.node(nodeId)?.state.commands.find(({ name }) => name === command.name);
    // That there is no such command, or node, the pipeline says.
    if (declared === undefined) return { ok: true, value: command };
    const params = this.#options.parametersCheck(command.params)(declared);
    return params.ok ? { ok: true, value: { ...command, params: params.value } } : params;
  }
}

function noSuchRollout(id: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'rollout-not-found', detail: `There is no rollout '${id.slice(0, 100)}'.` } };
}

/** When the oldest of them was started, in epoch milliseconds; `null`: there is none. */
function oldestStart(rollouts: readonly RolloutState[]): number | null {
  return rollouts.length === 0 ? null : Math.min(...rollouts.map(({ header }) => header.createdAt));
}
