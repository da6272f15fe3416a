/** The one pipeline of every change: decide, commit, then publish. Commands that come together share one transaction. */
import { setImmediate } from 'node:timers/promises';
import type { Actor, Problem } from '@sluice/contract';
import type { Clock, Command, NodeState, Result } from '@sluice/core';
import type { Logger } from 'pino';
import type { SettledOutcome, Store, StoredEvent } from '../store/store.ts';
import { type Batch, type BatchContext, decideBatch } from './decide-batch.ts';
import { ANSWERED_FOR_MS, type Executed, type FleetSettings } from './execution.ts';
import { breatheAfter } from './breathe.ts';
import { Pause } from './pause.ts';
import { answeredSince, type Turn, Turns } from './turns.ts';
import { type AccessDecision, type AccessOptions, type AskedOfNode, isUnhurried, type Request } from './request.ts';
import { committedEvents, problemOf, type Sequences, sequencesOf, writeBatch, type Written } from './write-batch.ts';

/** Commands that share one transaction at most: a commit of a thousand changes takes about 30 ms. */
const BATCH_COMMANDS_MAX = 1000;
/** Milliseconds until what could not be recorded is tried again. */
const RETRY_MS = 1000;
/** Milliseconds for which agents that come and go are gathered: a fleet that all comes back shares few commits, each of which waits for the disk. */
const GATHER_MS = 30;

const BATCH_FAILED =
  'Something failed that should not have; the server’s log says what. Nothing is known to have changed.';

/** What was committed: beside the nodes and events what has changed, as it is now. */
export interface Committed extends Omit<Batch['beside'], 'notes'> {
  /** The nodes as they are now; `null`: forgotten. */
  readonly states: Batch['states'];
  readonly events: readonly StoredEvent[];
}

export interface CommitQueueOptions extends Pick<BatchContext, 'tokens' | 'webhooks' | 'budgets' | 'nodes'> {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: FleetSettings;
  readonly newOperationId: (now: number) => string;
  readonly logger: Logger;
  readonly stateOf: (nodeId: string) => NodeState | null;
  /** Makes a commit visible; comes before those who asked for it hear of it. */
  readonly publish: (committed: Committed) => void;
  readonly committed: (durationMs: number) => void;
  /** See `TurnsOptions`. */
  readonly superseded: (reason: string) => void;
}

/** One command for many nodes, in a transaction of its own. */
interface Sweep {
  /** Asked when its turn has come, so that nothing that was decided before is missed. */
  readonly nodeIds: () => readonly string[];
  readonly command: Command;
  readonly actor: Actor;
  /** Called when it is durable, before anybody sees what it changed, and before anything else is decided. */
  readonly durable: () => void;
  readonly resolve: (isMade: boolean) => void;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #turns: Turns;
  #requests: Request[] = [];
  readonly #sweeps: Sweep[] = [];
  #turn: Promise<void> | null = null;
  #storeProblem: string | null = null;
  readonly #pause: Pause;
  #isStopping = false;
  /** Others may have committed. */
  #isBehind = false;
  /** A commit of which nobody knows yet whether it was written; nothing is decided on what may not be true. */
  #unsettled: Promise<void> | null = null;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    this.#turns = new Turns(options);
    this.#pause = new Pause(options.clock);
  }

  /** Resolves when the change is durable and visible, or with the problem why it was not made. */
  execute(asked: AskedOfNode): Promise<Result<Executed>> {
    return new Promise((resolve) => this.#add({ kind: 'node', ...asked, isPatient: false, resolve }));
  }

  /**
   * The same for something that has happened: while the store is away it waits in its place, so that things are recorded in
   * the order in which they happened. A store that is away at the end is its only failure.
   */
  record(nodeId: string, command: Command, actor: Actor, saidIn?: string): Promise<Result<Executed>> {
    const asked = { kind: 'node', nodeId, command, actor, saidIn, once: null, isPatient: true } as const;
    return new Promise((resolve) => this.#add({ ...asked, resolve }));
  }

  /** A change of who may do what, or a note of what has happened, decided at its turn. */
  access(decide: AccessDecision, { by = null, isPatient = false }: AccessOptions): Promise<Result<null>> {
    return new Promise((resolve) => this.#add({ kind: 'access', decide, by, isPatient, resolve }));
  }

  /**
   * One command for many nodes, all in one transaction of their own whatever their number.
   * @param nodeIds Asked when its turn has come.
   * @param durable Called when it is durable, before anybody sees what it changed.
   * @returns Whether it was made; it may still turn out to be, and `durable` is called then.
   */
  sweep(nodeIds: () => readonly string[], command: Command, actor: Actor, durable: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      this.#sweeps.push({ nodeIds, command, actor, durable, resolve });
      this.#turn ??= this.#work();
      this.#pause.end();
    });
  }

  /** Others may have committed: memory is brought up to date, at the latest when something is decided. */
  follow(): void {
    this.#isBehind = true;
    this.#turn ??= this.#work();
    // Those who wait to share a commit wait no longer; with them memory is brought up to date.
    if (this.#storeProblem === null) this.#pause.end();
  }

  /** Why the last write failed, in plain words; `null` when it succeeded. */
  get storeProblem(): string | null {
    return this.#storeProblem;
  }

  /** The store was heard of otherwise: it is back. */
  storeIsBack(): void {
    if (this.#unsettled === null) this.#storeProblem = null;
  }

  /** Nothing waits any longer for a store that is away. Resolves when everything that was asked is answered. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#pause.end();
    await this.#turn;
  }

  #add(request: Request): void {
    this.#requests.push(request);
    this.#turn ??= this.#work();
    if (!request.isPatient && !(this.#storeProblem === null && isUnhurried(request))) this.#pause.end();
  }

  async #work(): Promise<void> {
    // What arrives in the same turn of the event loop shares the first commit.
    await setImmediate();
    while (this.#requests.length > 0 || this.#sweeps.length > 0 || this.#isBehind) {
      const sweep = this.#sweeps.shift();
      if (sweep !== undefined) {
        await this.#sweep(sweep);
        continue;
      }
      if (this.#requests.length === 0) {
        this.#isBehind = false;
        // What it was that nobody knows of is settled first, or it would be taken over twice.
        if (this.#unsettled !== null) continue;
        if (await this.#turns.catchUp()) this.storeIsBack();
        else if (this.#storeProblem !== null && !this.#isStopping) {
          await this.#pause.for(RETRY_MS);
          this.#isBehind = true;
        }
        continue;
      }
      const isWaiting = this.#requests.every(({ isPatient }) => isPatient);
      if (this.#storeProblem !== null && !this.#isStopping && isWaiting) await this.#pause.for(RETRY_MS);
      else if (this.#requests.every(isUnhurried) && !this.#isStopping) await this.#pause.for(GATHER_MS);
      const taken = this.#requests.slice(0, BATCH_COMMANDS_MAX);
      this.#requests = this.#requests.slice(BATCH_COMMANDS_MAX);
      await this.#commit(taken, () => undefined);
      // What was answered is on its way before the next commit, which would hold it up.
      await setImmediate();
    }
    this.#turn = null;
  }

  async #sweep({ nodeIds, command, actor, durable, resolve }: Sweep): Promise<void> {
    let isMade = false;
    const asked = { kind: 'node', command, actor, once: null, isPatient: false, resolve: () => undefined } as const;
    const requests = nodeIds().map((nodeId) => ({ ...asked, nodeId }));
    await this.#commit(requests, () => {
      isMade = true;
      durable();
    });
    resolve(isMade);
  }

  /**
   * Those that can wait stay in their place. The others are refused, also those that have not had their turn: they would
   * fare no better, and must not wait behind those that can.
   */
  #putBack(requests: readonly Request[], problem: Problem): void {
    const untried: Problem = { code: 'store-unavailable', detail: problem.detail };
    const refused = [
      ...requests.map((request) => ({ request, problem })),
      ...this.#requests.map((request) => ({ request, problem: untried })),
    ];
    const stays = (request: Request) => request.isPatient && !this.#isStopping;
    this.#requests = refused.flatMap(({ request }) => (stays(request) ? [request] : []));
    for (const each of refused) if (!stays(each.request)) each.request.resolve({ ok: false, problem: each.problem });
  }

  async #commit(requests: readonly Request[], durable: () => void): Promise<void> {
    if (this.#unsettled !== null) {
      const detail = this.#storeProblem ?? 'The store cannot be reached.';
      return this.#putBack(requests, { code: 'store-unavailable', detail });
    }
    try {
      await this.#decideAndWrite(requests, durable);
    } catch (error) {
      // A mistake of ours must cost those who asked, and nobody after them.
      this.#options.logger.fatal({ event: 'commit-failed', err: error }, 'a batch could not be handled');
      for (const { resolve } of requests) resolve({ ok: false, problem: { code: 'internal', detail: BATCH_FAILED } });
    }
  }

  async #decideAndWrite(requests: readonly Request[], durable: () => void): Promise<void> {
    this.#isBehind = false;
    const keys = requests.flatMap((request) => (request.kind === 'node' && request.once ? [request.once.key] : []));
    const taken = await this.#turns.take([...new Set(keys)]);
    if (typeof taken === 'string') {
      this.#storeProblem = taken;
      this.#putBack(requests, { code: 'store-unavailable', detail: taken });
      return;
    }
    const batch = await this.#decide(requests, taken);
    const parts = [batch.changes, batch.answered, ...Object.values(batch.beside)];
    const isNothing = parts.every(({ length }) => length === 0);
    if (isNothing) await taken.putDown();
    const written: Written = isNothing
      ? { kind: 'written', sequences: { ofChanges: [], ofNotes: [] } }
      : await writeBatch(taken, batch, this.#options.logger, this.#options.committed);
    if (!isNothing) this.#storeProblem = written.kind === 'written' ? null : written.reason;
    await breatheAfter(batch.answers.length);
    if (written.kind === 'written') this.#publish(batch, written.sequences, durable);
    if (written.kind === 'refused' && written.isMemoryFalse) this.#options.superseded(written.reason);
    if (written.kind === 'unknown') this.#unsettled = this.#settle(batch, written.settled, durable);
    await breatheAfter(batch.answers.length);
    const problem = problemOf(written);
    const unmade: Request[] = [];
    for (const { request, tell, dependsOnCommit } of batch.answers) {
      if (problem !== null && dependsOnCommit) unmade.push(request);
      else tell();
    }
    if (problem !== null) this.#putBack(unmade, problem);
  }

  /** Where that fails, the turn is over. */
  async #decide(requests: readonly Request[], turn: Turn): Promise<Batch> {
    const { clock, settings, logger, stateOf, tokens, newOperationId, webhooks, budgets, nodes } = this.#options;
    try {
      return decideBatch(requests, stateOf, {
        now: clock.now(),
        newOperationId,
        settings,
        tokens,
        webhooks,
        budgets,
        nodes,
        answered: answeredSince(turn, clock.now() - ANSWERED_FOR_MS),
        broken: (nodeId, violations) =>
          logger.error(
            { event: 'invariant-violated', nodeId, violations },
            'a decision was refused because it would break an invariant',
          ),
        failed: (nodeId, error) =>
          logger.error({ event: 'decision-failed', nodeId, err: error }, 'a decision failed that never should'),
      });
    } catch (error) {
      await turn.putDown();
      throw error;
    }
  }

  /** What was written after all becomes visible as late as that. */
  async #settle(batch: Batch, settled: Promise<SettledOutcome>, durable: () => void): Promise<void> {
    const { logger } = this.#options;
    try {
      const outcome = await settled;
      if (outcome.ok) this.#publish(batch, sequencesOf(outcome), durable);
      logger.warn({ event: 'outcome-settled', isRecorded: outcome.ok }, 'what became of the last commit is known now');
      this.#storeProblem = null;
      this.#unsettled = null;
      this.#pause.end();
    } catch (error) {
      // Nothing may be decided on a memory that may not be true; the next start reads what is.
      logger.fatal(
        { event: 'outcome-lost', err: error },
        'what became of a commit cannot be found out; restart the server',
      );
    }
  }

  #publish(batch: Batch, sequences: Sequences, durable: () => void): void {
    const { publish, superseded } = this.#options;
    durable();
    try {
      publish({ states: batch.states, events: committedEvents(batch, sequences), ...batch.beside });
    } catch (error) {
      superseded('What was committed could not be taken over.');
      throw error;
    }
  }
}
