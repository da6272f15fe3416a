/** Looks after one rollout: takes what is asked of it and what has changed, has the core decide, commits, and then gives its nodes their commands. */
import type { Actor, Problem } from '@sluice/contract';
import {
  type Clock,
  holdOf,
  isEnded,
  isInFlight,
  isStillWanted,
  type Result,
  type RolloutRequest,
  type RolloutState,
  type RolloutStep,
  stepRollout,
} from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import { Pause } from '../fleet/pause.ts';
import { decidedRollout } from '../fleet/stored-rollouts.ts';
import { whyEnded } from '../fleet/token.ts';
import { EndedOperations } from './ended-operations.ts';
import { NodeCommands, type NodeCommandsOptions } from './node-commands.ts';
import { type Asked, decideTurn, type Turn } from './rollout-turn.ts';
import type { RunningGate } from './running-gate.ts';
import type { RolloutWorld } from './rollout-world.ts';
import { SERVER } from '../fleet/server-actor.ts';

/** Milliseconds for which changes are gathered: the nodes of a batch change many times a second, each step looks at all of them. */
const GATHER_MS = 25;
/** After a step that took long changes are gathered for so many times as long: a rollout takes a small share of a core. */
const GATHER_TIMES_STEP = 8;
const GATHER_MS_MAX = 1000;
/** Milliseconds until what could not be recorded is tried again; and what failed by a mistake of ours, which will hardly mend itself. */
const RETRY_MS = 1000;
const RETRY_FAILED_MS = 10_000;

export interface RolloutRunnerOptions {
  readonly id: string;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly world: RolloutWorld;
  readonly gate: RunningGate;
  /** Whether this server goes on with it: others take over what is asked of it, and look on. */
  readonly isOurs: () => boolean;
  /** See `NodeCommandsOptions`. */
  readonly fit: NodeCommandsOptions['fit'];
  /** Rollouts that have not ended, beside this one, and how many there may be. */
  readonly othersUnended: () => number;
  readonly unendedMax: number;
  /** Milliseconds of a clock that never steps: how long a step took. */
  readonly measureMs: () => number;
  /** Called when there is nothing left to do: it has ended, or was never begun. */
  readonly finished: () => void;
}

/** What the last step said that is not recorded. */
export interface RolloutOutlook {
  /** While it cannot begin the next node: what it waits for. */
  readonly waiting: string | null;
}

export class RolloutRunner {
  readonly #options: RolloutRunnerOptions;
  readonly #actor: Actor;
  readonly #commands: NodeCommands;
  readonly #pause: Pause;
  /** As committed. */
  #state: RolloutState | null;
  /** As it was decided and is about to be committed. */
  #decided: RolloutState | null = null;
  #asked: Asked[] = [];
  #isDue = false;
  #isStopped = false;
  #work: Promise<void> | null = null;
  #gatherMs = 0;
  #cancelWake: () => void = () => undefined;
  #outlook: RolloutOutlook = { waiting: null };
  readonly #endedOperations: EndedOperations;

  /** @param state As it was read from the store; `null`: it is yet to be started. */
  constructor(options: RolloutRunnerOptions, state: RolloutState | null) {
    this.#options = options;
    this.#state = state;
    this.#actor = { name: holdOf(options.id), address: null };
    this.#pause = new Pause(options.clock);
    this.#commands = new NodeCommands({
      fleet: options.fleet,
      actor: this.#actor,
      fit: options.fit,
      isStillWanted: (command) => {
        const state = options.fleet.rollouts.get(options.id);
        return state !== undefined && isStillWanted(state, command);
      },
      answered: (answer) => this.#add({ request: answer, actor: this.#actor, resolve: null, recordedAtRevision: null }),
      failed: () => this.#wakeAt(options.clock.now() + RETRY_MS),
    });
    this.#endedOperations = new EndedOperations({
      fleet: options.fleet,
      found: () => this.wake(),
      failed: (error) => {
        options.logger.warn({ event: 'operation-unread', err: error }, 'a rollout looks for an operation again');
        this.#wakeAt(options.clock.now() + RETRY_MS);
      },
    });
  }

  /** `null`: it was not started. */
  get state(): RolloutState | null {
    return this.#state;
  }

  get outlook(): RolloutOutlook {
    return this.#outlook;
  }

  /** Whether a node is in its hands, as committed or as it is about to be. */
  holds(nodeId: string): boolean {
    return isInHands(this.#state, nodeId) || isInHands(this.#decided, nodeId);
  }

  /** Whether what becomes of a node matters to it. */
  knows(nodeId: string): boolean {
    return this.#state?.positions.has(nodeId) ?? false;
  }

  /** Takes over what was committed. */
  take(state: RolloutState): void {
    this.#state = state;
    if (this.#options.isOurs()) this.#options.gate.follow(state.header);
    // What a turn of its own has committed, that turn has looked at.
    if (this.#work === null) this.wake();
  }

  /** Something has changed that may let it get on. */
  wake(): void {
    this.#isDue = true;
    this.#begin();
  }

  /** Resolves with the rollout as it is then, or with why it cannot be. */
  ask(request: RolloutRequest, actor: Actor): Promise<Result<RolloutState>> {
    return new Promise((resolve) => {
      this.#add({ request, actor, resolve, recordedAtRevision: null });
      this.#pause.end();
    });
  }

  /** Something has happened that no step is to come before; of the clock, called in the moment in which that is durable. */
  happened(request: Extract<RolloutRequest, { kind: 'ShiftTimes' | 'DoubtRollout' }>): void {
    if (this.#state === null || isEnded(this.#state.header)) return;
    this.#add({ request, actor: SERVER, resolve: null, recordedAtRevision: null });
  }

  /** What was begun is committed; everything else follows from the state at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelWake();
    this.#pause.end();
    await this.#work;
    await this.#commands.settled();
    await this.#options.gate.stop();
    const problem: Problem = { code: 'stopping', detail: 'The server is stopping. Nothing was done.' };
    for (const { resolve } of this.#asked.splice(0)) resolve?.({ ok: false, problem });
  }

  #add(asked: Asked): void {
    this.#asked.push(asked);
    this.#begin();
  }

  #begin(): void {
    if (this.#work !== null || this.#isStopped) return;
    this.#work = this.#run().finally(() => {
      this.#work = null;
      if (this.#hasWork()) this.#begin();
      else if (this.#state === null || isEnded(this.#state.header)) this.#options.finished();
    });
  }

  #hasWork(): boolean {
    return !this.#isStopped && (this.#asked.length > 0 || this.#isDue);
  }

  async #run(): Promise<void> {
    while (this.#hasWork()) {
      const isAwaited = this.#asked.some(({ resolve }) => resolve !== null);
      if (!isAwaited) await this.#pause.for(Math.max(GATHER_MS, this.#gatherMs));
      if (this.#isStopped) return;
      this.#isDue = false;
      await this.#turn();
    }
  }

  /** Everything that is asked and one step, in one commit. */
  async #turn(): Promise<void> {
    const { fleet, othersUnended, unendedMax } = this.#options;
    let taken: readonly Asked[] | null = null;
    let turn: Turn | null = null;
    const result = await fleet.access((tokens, now) => {
      // At its turn: what has happened until then counts.
      taken = this.#asked.splice(0);
      try {
        const before = this.#state;
        turn = decideTurn(before, taken, {
          now,
          actor: this.#actor,
          othersUnended: othersUnended(),
          unendedMax,
          whyNot: (by) => whyEnded(by, tokens, now),
          step: (state) => this.#step(state, now),
        });
        const { state, notes } = turn;
        this.#decided = state;
        const rollouts = notes.length === 0 || state === null ? [] : [decidedRollout(before, state)];
        return { ok: true, value: { tokens: [], rollouts, notes } };
      } catch (error) {
        return { ok: false, problem: this.#failed(error) };
      }
    });
    const decided = this.#decided;
    this.#decided = null;
    if (!result.ok) {
      // While the store is away its turn does not come at all: those who ask are told so, and do not wait in a circle.
      this.#putBack(taken ?? this.#asked.splice(0), result.problem, decided);
      this.#isDue = this.#state !== null;
      this.#gatherMs = result.problem.code === 'internal' ? RETRY_FAILED_MS : RETRY_MS;
      return;
    }
    this.#tell(turn);
  }

  #tell(turn: Turn | null): void {
    for (const { asked, answer } of turn?.answers ?? []) asked.resolve?.(answer);
    if (turn !== null && turn.step !== null) this.#follow(turn.step);
  }

  /** @returns `null`: it is too early for one. */
  #step(state: RolloutState, now: number): RolloutStep | null {
    const { world, gate, id, measureMs, isOurs } = this.#options;
    if (!isOurs() || this.#waitsForAgents(state)) return null;
    const beganAt = measureMs();
    const view = world.view(id, (operationId) => this.#endedOperations.get(operationId), gate.result(state.header));
    const step = stepRollout(state, view, now);
    this.#gatherMs = Math.min((measureMs() - beganAt) * GATHER_TIMES_STEP, GATHER_MS_MAX);
    return step;
  }

  /**
   * After a start of the server agents come back one by one: before those of its nodes have, or their leases are over, nothing is
   * known of them that a node could be failed for.
   */
  #waitsForAgents({ inFlight, nodes }: RolloutState): boolean {
    return inFlight.some((position) => {
      const nodeId = nodes[position - 1]?.nodeId;
      return nodeId !== undefined && this.#options.world.isUnheard(nodeId);
    });
  }

  #follow(step: RolloutStep): void {
    const { waiting, wakeAt, commands, unknownOperations } = step;
    this.#outlook = { waiting };
    this.#wakeAt(wakeAt);
    if (this.#isStopped) return;
    this.#commands.give(commands);
    for (const operationId of unknownOperations) void this.#endedOperations.lookUp(operationId);
  }

  /** What was asked by somebody is refused; what has happened is recorded when it can be. */
  #putBack(taken: readonly Asked[], problem: Problem, decided: RolloutState | null): void {
    const recordedAtRevision = problem.code === 'outcome-unknown' ? (decided?.header.revision ?? null) : null;
    const stays = taken.filter(({ resolve }) => resolve === null);
    this.#asked.unshift(
      ...stays.map((asked) => ({ ...asked, recordedAtRevision: recordedAtRevision ?? asked.recordedAtRevision })),
    );
    for (const { resolve } of taken) resolve?.({ ok: false, problem });
  }

  /** A mistake of ours must cost nobody but this rollout. */
  #failed(error: unknown): Problem {
    const { logger, id } = this.#options;
    logger.error(
      { event: 'rollout-failed', rolloutId: id, err: error },
      'a step of a rollout failed that never should',
    );
    return { code: 'internal', detail: 'The server failed to go on with the rollout; its log says why.' };
  }

  /** @param at Epoch milliseconds; `null`: only when something changes. */
  #wakeAt(at: number | null): void {
    this.#cancelWake();
    this.#cancelWake =
      at === null || this.#isStopped ? () => undefined : this.#options.clock.wakeAt(at, () => this.wake());
  }
}

function isInHands(state: RolloutState | null, nodeId: string): boolean {
  const position = state?.positions.get(nodeId);
  const node = position === undefined ? undefined : state?.nodes[position - 1];
  return node !== undefined && isInFlight(node.status);
}
