/** Keeps one workload running: one act at a time, crashes answered with a pause, every start counted on the disk before it happens. */
import { randomUUID } from 'node:crypto';
import type { Availability } from '@sluice/contract';
import { sentence } from '../error-sentence.ts';
import { lastWords } from '../run-command.ts';
import {
  type Driver,
  NEVER_STARTED,
  type ReplaceOptions,
  type ReplaceOutcome,
  type SignalOutcome,
  type StopOutcome,
  type WorkloadHealth,
  type WorkloadObservation,
} from './driver.ts';
import type { Launched, Launcher, LaunchOrder, LaunchOutcome } from './launcher.ts';
import { RESTART_TIMES, RestartBackoff, type RestartTimes } from './restart-backoff.ts';
import { type LogSize, WorkloadLog } from './workload-log.ts';
import { Turns } from './turns.ts';
import { isAnotherStart, readWorkloadRecord, type WorkloadStart, writeWorkloadRecord } from './workload-record.ts';

/** Milliseconds that what a crashed workload leaves behind gets to end by itself. */
const LEFTOVERS_GRACE_MS = 2000;
/** Bytes of the last output that explain a crash. */
const LAST_OUTPUT_BYTES = 1000;

export interface SupervisorOptions {
  readonly stateDirectory: string;
  /** Asked at every start, so that a workload that crashes on a drained node starts as a drained one. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** What the environment says of the node at the same moment. */
  readonly availability: () => Availability;
  readonly restartTimes?: RestartTimes;
  /** How much of what the workload prints is kept. */
  readonly output?: LogSize;
}

/** What an agent that leaves says to whoever waits for it. */
const LEAVING = 'The agent is stopping; its next start takes this up again.';

export class Supervisor implements Driver {
  readonly name: string;
  readonly #launcher: Launcher;
  readonly #options: SupervisorOptions;
  readonly #log: WorkloadLog;
  readonly #backoff: RestartBackoff;
  readonly #listeners: (() => void)[] = [];
  readonly #leaving = new AbortController();
  #observation: WorkloadObservation = NEVER_STARTED;
  readonly #turns = new Turns();
  #spawnId: string = randomUUID();
  /** The launch that events are heard of; those of an earlier one are not. */
  #launchNumber = 0;
  #runningSince = 0;
  /** What was last said of the present launch's health; it may be said before the launch is known to be done. */
  #launchHealth: WorkloadHealth | null = null;

  constructor(launcher: Launcher, options: SupervisorOptions) {
    this.name = launcher.name;
    this.#launcher = launcher;
    this.#options = options;
    this.#log = new WorkloadLog(options.stateDirectory, options.output);
    this.#backoff = new RestartBackoff(options.restartTimes ?? RESTART_TIMES);
  }

  observe(): WorkloadObservation {
    const { phase, problem, health } = this.#observation;
    const told = { problem: problem ?? this.#log.problem, health: phase === 'running' ? health : null };
    return { ...this.#observation, ...told };
  }

  output(bytesMax: number): Promise<string> {
    return this.#launcher.output?.(bytesMax) ?? Promise.resolve(this.#log.tail(bytesMax));
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async signal(name: NodeJS.Signals): Promise<SignalOutcome> {
    return this.#launcher.signal(name);
  }

  start(): Promise<void> {
    return this.#turns.take(async () => {
      const record = await readWorkloadRecord(this.#options.stateDirectory);
      if (record !== null) {
        this.#spawnId = record.spawnId;
        const { incarnation, startedAt, startedAs = null } = record;
        this.#observe({ incarnation, startedAt, startedAs });
      }
      const launched = await this.#launcher.takeUp(record, this.#order());
      if (launched === null) {
        await this.#launch((order) => this.#launcher.launch(order));
        return;
      }
      if (record !== null && isAnotherStart(record.startToken, launched.startToken)) {
        await this.#countRestart(launched);
        return;
      }
      // One that nobody has counted yet was started by somebody else: that is its first.
      await this.#running(launched, {
        incarnation: Math.max(1, record?.incarnation ?? 0),
        startedAt: record?.startedAt ?? launched.startedAt ?? Date.now(),
        startedAs: record?.startedAs ?? null,
      });
    });
  }

  replace({ graceMs, previousIncarnation }: ReplaceOptions): Promise<ReplaceOutcome> {
    return this.#turns.take(async (): Promise<ReplaceOutcome> => {
      const { incarnation, phase } = this.#observation;
      if (incarnation > previousIncarnation) return { kind: 'already-replaced', incarnation };
      if (this.#leaving.signal.aborted) return { kind: 'failed', incarnation, problem: LEAVING };
      this.#backoff.cancel();
      this.#backoff.reset();
      const { relaunch } = this.#launcher;
      if (relaunch !== undefined && phase === 'running') {
        return this.#replaced(await this.#launch((order) => relaunch.call(this.#launcher, graceMs, order)));
      }
      const problem = await this.#end(graceMs);
      if (problem !== null) return { kind: 'failed', incarnation, problem };
      return this.#replaced(await this.#launch((order) => this.#launcher.launch(order)));
    });
  }

  stop(graceMs: number): Promise<StopOutcome> {
    return this.#turns.take(async (): Promise<StopOutcome> => {
      if (this.#leaving.signal.aborted) return { kind: 'failed', problem: LEAVING };
      this.#backoff.cancel();
      const problem = await this.#end(graceMs);
      if (problem !== null) return { kind: 'failed', problem };
      this.#observe({ phase: 'stopped', pid: null, problem: null });
      return { kind: 'stopped' };
    });
  }

  async detach(): Promise<void> {
    if (this.#leaving.signal.aborted) return this.#turns.settled();
    this.#leaving.abort();
    this.#backoff.cancel();
    await this.#turns.take(async () => {
      this.#launchNumber += 1;
      this.#launcher.release();
      this.#log.close();
    });
  }

  /** `null` when it is gone, else why not. */
  async #end(graceMs: number): Promise<string | null> {
    const before = this.#observation;
    this.#observe({ phase: 'stopping' });
    const end = await this.#launcher.end(graceMs, this.#order(), this.#leaving.signal);
    if (end.kind === 'aborted') return LEAVING;
    if (end.kind === 'failed') this.#observe({ phase: before.phase, problem: end.problem });
    else this.#launchNumber += 1;
    return end.kind === 'failed' ? end.problem : null;
  }

  /** `null` when it was launched, else why not. */
  async #launch(how: (order: LaunchOrder) => Promise<LaunchOutcome>): Promise<string | null> {
    this.#spawnId = randomUUID();
    this.#observe({ phase: 'starting', pid: null, problem: null });
    const environment = this.#options.environment();
    const start = {
      incarnation: this.#observation.incarnation + 1,
      startedAt: Date.now(),
      startedAs: this.#launcher.passesEnvironment ? this.#options.availability() : null,
    };
    try {
      await this.#record({ pid: null, startToken: null }, start);
    } catch (error) {
      return this.#cannotStart(`It is not started, since that could not be noted: ${sentence(error)}`);
    }
    this.#launchNumber += 1;
    this.#launchHealth = null;
    const order = this.#order(start.incarnation, environment);
    const outcome = await how(order);
    if (!outcome.ok) return this.#cannotStart(`It cannot be started: ${outcome.problem}`);
    await this.#running(outcome.launched, start);
    return null;
  }

  /** Somebody else has restarted it; in which availability, nobody told it. */
  #countRestart(launched: Launched): Promise<void> {
    return this.#running(launched, {
      incarnation: this.#observation.incarnation + 1,
      startedAt: launched.startedAt ?? Date.now(),
      startedAs: null,
    });
  }

  async #running(launched: Launched, start: WorkloadStart): Promise<void> {
    this.#runningSince = performance.now();
    this.#observe({ phase: 'running', ...start, pid: launched.pid, problem: null, health: this.#launchHealth });
    try {
      await this.#record(launched, start);
    } catch (error) {
      // It runs all the same, and the next agent finds it by its mark; but a full disk wants a person.
      this.#observe({ problem: `It runs, but that could not be noted: ${sentence(error)}` });
    }
  }

  #cannotStart(problem: string): string {
    this.#observe({ phase: 'cannot-start', pid: null, problem });
    this.#retryAfter(0);
    return problem;
  }

  #replaced(problem: string | null): ReplaceOutcome {
    const { incarnation } = this.#observation;
    return problem === null ? { kind: 'replaced', incarnation } : { kind: 'failed', incarnation, problem };
  }

  #crashed(how: string): void {
    const ranForMs = performance.now() - this.#runningSince;
    const { incarnation } = this.#observation;
    this.#observe({ phase: 'crashed', pid: null, problem: `It ${how}${lastWords(this.#log.tail(LAST_OUTPUT_BYTES))}` });
    this.#inBackground(async () => {
      // Somebody else's turn came first and has replaced or stopped it.
      if (this.#observation.phase !== 'crashed' || this.#observation.incarnation !== incarnation) return;
      const end = await this.#launcher.end(LEFTOVERS_GRACE_MS, this.#order(), this.#leaving.signal);
      if (end.kind === 'failed') this.#observe({ problem: end.problem });
      if (end.kind !== 'aborted') this.#retryAfter(ranForMs);
    });
  }

  /** @param ranForMs How long it ran; 0: it could not be started. */
  #retryAfter(ranForMs: number): void {
    if (this.#leaving.signal.aborted) return;
    this.#backoff.schedule(ranForMs, () => {
      this.#inBackground(async () => {
        const { phase } = this.#observation;
        if (this.#leaving.signal.aborted || (phase !== 'crashed' && phase !== 'cannot-start')) return;
        const end = await this.#launcher.end(LEFTOVERS_GRACE_MS, this.#order(), this.#leaving.signal);
        if (end.kind === 'gone') await this.#launch((order) => this.#launcher.launch(order));
        else if (end.kind === 'failed') this.#cannotStart(end.problem);
      });
    });
  }

  #order(
    incarnation = this.#observation.incarnation,
    environment: Readonly<Record<string, string>> = this.#options.environment(),
  ): LaunchOrder {
    const launchNumber = this.#launchNumber;
    const outputBefore = this.#log.size();
    const isCurrent = () => launchNumber === this.#launchNumber;
    return {
      environment: { ...environment, SLUICE_INCARNATION: String(incarnation) },
      spawnId: this.#spawnId,
      outputDescriptor: this.#log.descriptor,
      outputSince: () => this.#log.textSince(outputBefore, LAST_OUTPUT_BYTES),
      events: {
        ended: (how) => {
          if (!isCurrent() || this.#leaving.signal.aborted) return;
          if (this.#observation.phase === 'running') this.#crashed(how);
          // It ended while it was still being taken note of: that comes first.
          else
            this.#inBackground(async () =>
              isCurrent() && this.#observation.phase === 'running' ? this.#crashed(how) : undefined,
            );
        },
        restarted: (restarted) => {
          this.#inBackground(async () => {
            if (isCurrent() && !this.#leaving.signal.aborted && this.#observation.phase === 'running')
              await this.#countRestart(restarted);
          });
        },
        health: (health) => {
          if (!isCurrent()) return;
          this.#launchHealth = health;
          if (this.#observation.phase === 'running') this.#observe({ health });
        },
        unclear: (problem) => {
          if (isCurrent() && this.#observation.phase === 'running') this.#observe({ problem });
        },
      },
    };
  }

  #record({ pid, startToken }: Launched, start: WorkloadStart): Promise<void> {
    const record = { driver: this.name, spawnId: this.#spawnId, ...start, pid, startToken };
    return writeWorkloadRecord(this.#options.stateDirectory, record);
  }

  #observe(changes: Partial<WorkloadObservation>): void {
    this.#observation = { ...this.#observation, ...changes };
    for (const listener of this.#listeners) listener();
  }

  /** An act that nobody waits for: what it throws becomes the workload's problem, and is tried again. */
  #inBackground(act: () => Promise<void>): void {
    this.#turns.take(act).catch((error: unknown) => {
      this.#observe({ problem: sentence(error) });
      this.#retryAfter(0);
    });
  }
}
