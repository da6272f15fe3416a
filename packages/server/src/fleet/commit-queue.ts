/** The one pipeline of every change: decide, commit, then publish. Commands that come together share one transaction. */
import type { Actor, OperationRecord, Problem } from '@sluice/contract';
import type { Clock, Command, NodeState, Result } from '@sluice/core';
import type { Logger } from 'pino';
import type { AnsweredRequest, NodeChange, SettledOutcome, Store, StoredEvent } from '../store/store.ts';
import { type Batch, decideBatch, type Request } from './decide-batch.ts';
import { storeProblemOf } from './store-problem.ts';
import { problemOf, STORE_FAILED, writeBatch, type Written } from './write-batch.ts';

/** Commands that share one transaction at most: a commit of a thousand changes takes about 30 ms. */
const BATCH_COMMANDS_MAX = 1000;
/** Milliseconds until what could not be recorded is tried again. */
const RETRY_MS = 1000;
/** Milliseconds for which a request with an `Idempotency-Key` is remembered. */
export const ANSWERED_FOR_MS = 86_400_000;

/** What came of a command, as committed. */
export interface Executed {
  /** `null`: the node was forgotten. */
  readonly node: NodeState | null;
  /** The operation that the command is about, where it is about one. */
  readonly operation: OperationRecord | null;
  /** The command had been carried out before, under the same key, as this operation; nothing was done again. */
  readonly repeatOf: string | null;
}

/** What makes a repetition of a request known as one. */
export interface Once {
  /** Who asks, and the key that they chose. */
  readonly key: string;
  /** SHA-256 of what is asked, in hexadecimal. */
  readonly fingerprint: string;
}

export interface FleetSettings {
  /** The deadline of a drain that names none; `null`: none. */
  readonly defaultDrainTimeoutMs: number | null;
  readonly metadataBytesMax: number;
}

/** What was committed, in the order of the events' sequence numbers. */
export interface Committed {
  /** The nodes as they are now; `null`: forgotten. */
  readonly states: Batch['states'];
  readonly events: readonly StoredEvent[];
}

export interface CommitQueueOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: FleetSettings;
  readonly newOperationId: (now: number) => string;
  readonly logger: Logger;
  readonly stateOf: (nodeId: string) => NodeState | null;
  /** Makes a commit visible; comes before those who asked for it hear of it. */
  readonly publish: (committed: Committed) => void;
}

/** Requests that are decided and committed together, or not at all. */
interface Group {
  readonly requests: readonly Request[];
  /** Called when they are durable, before anybody sees them. */
  readonly durable: () => void;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #groups: Group[] = [];
  #turn: Promise<void> | null = null;
  #storeProblem: string | null = null;
  /** Ends the pause that the queue is in. */
  #goOn: () => void = () => undefined;
  #isStopping = false;
  /** A commit of which nobody knows yet whether it was written; nothing is decided on what may not be true. */
  #unsettled: Promise<void> | null = null;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  /** Resolves when the change is durable and visible, or with the problem why it was not made. */
  execute(nodeId: string, command: Command, actor: Actor, once: Once | null): Promise<Result<Executed>> {
    return new Promise((resolve) => {
      const request = { nodeId, command, actor, once, isPatient: false, resolve };
      this.#add({ requests: [request], durable: () => undefined });
    });
  }

  /**
   * The same for something that has happened: while the store is away it waits in its place, so that things are recorded in
   * the order in which they happened. A store that is away at the end is its only failure.
   */
  record(nodeId: string, command: Command, actor: Actor): Promise<Result<Executed>> {
    return new Promise((resolve) => {
      const request = { nodeId, command, actor, once: null, isPatient: true, resolve };
      this.#add({ requests: [request], durable: () => undefined });
    });
  }

  /**
   * The same for many nodes, all in one transaction whatever their number.
   * @param durable Called when they are durable, before anybody sees what they changed.
   */
  executeTogether(
    nodeIds: readonly string[],
    command: Command,
    actor: Actor,
    durable: () => void,
  ): Promise<readonly Result<Executed>[]> {
    const requests: Request[] = [];
    const results = nodeIds.map(
      (nodeId) =>
        new Promise<Result<Executed>>((resolve) => {
          requests.push({ nodeId, command, actor, once: null, isPatient: false, resolve });
        }),
    );
    this.#add({ requests, durable });
    return Promise.all(results);
  }

  /** Why the last write failed, in plain words; `null` when it succeeded. */
  get storeProblem(): string | null {
    return this.#storeProblem;
  }

  /** Something else was written: the store is back. */
  storeIsBack(): void {
    if (this.#unsettled === null) this.#storeProblem = null;
  }

  /** Nothing waits any longer for a store that is away. Resolves when everything that was asked is answered. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#goOn();
    await this.#turn;
  }

  #add(group: Group): void {
    this.#groups.push(group);
    this.#turn ??= this.#work();
    if (!isPatient(group)) this.#goOn();
  }

  async #work(): Promise<void> {
    // What arrives in the same turn of the event loop shares the first commit.
    await new Promise(setImmediate);
    while (this.#groups.length > 0) {
      if (this.#storeProblem !== null && !this.#isStopping && this.#groups.every(isPatient)) await this.#pause();
      await this.#commit(this.#takeGroups());
    }
    this.#turn = null;
  }

  /** Until the store is worth another try, or somebody asks who does not wait. */
  #pause(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.wakeAt(clock.now() + RETRY_MS, () => this.#goOn());
      this.#goOn = () => {
        cancel();
        this.#goOn = () => undefined;
        resolve();
      };
    });
  }

  /** Those that can wait stay in their place; the others are refused. */
  #putBack(requests: readonly Request[], problem: Problem): void {
    const patient = this.#isStopping ? [] : requests.filter((request) => request.isPatient);
    for (const request of requests) if (!patient.includes(request)) request.resolve({ ok: false, problem });
    const groups = patient.map((request) => ({ requests: [request], durable: () => undefined }));
    this.#groups = [...groups, ...this.#groups];
  }

  #takeGroups(): readonly Group[] {
    let count = 0;
    const beyond = this.#groups.findIndex(({ requests }, index) => {
      count += requests.length;
      return index > 0 && count > BATCH_COMMANDS_MAX;
    });
    const taken = beyond === -1 ? this.#groups : this.#groups.slice(0, beyond);
    this.#groups = beyond === -1 ? [] : this.#groups.slice(beyond);
    return taken;
  }

  async #commit(groups: readonly Group[]): Promise<void> {
    const requests = groups.flatMap((group) => group.requests);
    if (this.#unsettled !== null) {
      this.#putBack(requests, {
        code: 'store-unavailable',
        detail: this.#storeProblem ?? 'The store cannot be reached.',
      });
      return;
    }
    const answered = await this.#answeredBefore(requests);
    if (typeof answered === 'string') {
      this.#storeProblem = answered;
      this.#putBack(requests, { code: 'store-unavailable', detail: answered });
      return;
    }
    const { clock, settings, logger, stateOf, newOperationId } = this.#options;
    const batch = decideBatch(requests, stateOf, {
      now: clock.now(),
      newOperationId,
      settings,
      answered,
      broken: (nodeId, violations) =>
        logger.error(
          { event: 'invariant-violated', nodeId, violations },
          'a decision was refused because it would break an invariant',
        ),
    });
    const isNothing = batch.changes.length === 0 && batch.answered.length === 0;
    const written: Written = isNothing
      ? { kind: 'written', sequences: [] }
      : await writeBatch(this.#options.store, batch, this.#options.logger);
    if (!isNothing) this.#storeProblem = written.kind === 'written' ? null : written.reason;
    if (written.kind === 'written') this.#publish(batch, written.sequences, groups);
    if (written.kind === 'unknown') this.#unsettled = this.#settle(batch, written.settled, groups);
    const problem = problemOf(written);
    const unmade: Request[] = [];
    for (const { request, result, dependsOnCommit } of batch.answers) {
      if (problem !== null && dependsOnCommit) unmade.push(request);
      else request.resolve(result);
    }
    if (problem !== null) this.#putBack(unmade, problem);
  }

  /** @returns By key; or why the store cannot be asked. */
  async #answeredBefore(requests: readonly Request[]): Promise<ReadonlyMap<string, AnsweredRequest> | string> {
    const keys = [...new Set(requests.flatMap(({ once }) => (once === null ? [] : [once.key])))];
    if (keys.length === 0) return new Map();
    const { store, clock, logger } = this.#options;
    try {
      const known = await store.answeredRequests(keys);
      const since = clock.now() - ANSWERED_FOR_MS;
      return new Map(known.filter(({ answeredAt }) => answeredAt >= since).map((answered) => [answered.key, answered]));
    } catch (error) {
      logger.error({ event: 'store-failed', err: error }, 'nobody knows what was answered before');
      return storeProblemOf(error) ?? STORE_FAILED;
    }
  }

  /** What was written after all becomes visible as late as that. */
  async #settle(batch: Batch, settled: Promise<SettledOutcome>, groups: readonly Group[]): Promise<void> {
    const { logger } = this.#options;
    try {
      const outcome = await settled;
      if (outcome.ok) this.#publish(batch, outcome.sequences, groups);
      logger.warn({ event: 'outcome-settled', isRecorded: outcome.ok }, 'what became of the last commit is known now');
      this.#storeProblem = null;
      this.#unsettled = null;
      this.#goOn();
    } catch (error) {
      // Nothing may be decided on a memory that may not be true; the next start reads what is.
      logger.fatal(
        { event: 'outcome-lost', err: error },
        'what became of a commit cannot be found out; restart the server',
      );
    }
  }

  #publish({ changes, states }: Batch, sequences: readonly (readonly number[])[], groups: readonly Group[]): void {
    for (const { durable } of groups) durable();
    this.#options.publish({
      states,
      events: changes.flatMap((change, index) => storedEvents(change, sequences[index])),
    });
  }
}

function storedEvents({ nodeId, events }: NodeChange, sequences: readonly number[] = []): readonly StoredEvent[] {
  return events.map((event, index) => {
    const sequence = sequences[index];
    if (sequence === undefined) throw new Error(`committing ${event.kind} of ${nodeId}: the store gave it no number`);
    return { ...event, nodeId, sequence };
  });
}

function isPatient({ requests }: Group): boolean {
  return requests.every((request) => request.isPatient);
}
