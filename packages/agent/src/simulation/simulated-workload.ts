/** A workload that only pretends: sessions that come and go, restarts that take time, failures now and then. */
import type { Clock } from '@sluice/core';
import {
  type Driver,
  NEVER_STARTED,
  type ReplaceOptions,
  type ReplaceOutcome,
  type WorkloadObservation,
} from '../drivers/driver.ts';
import type { HealthReading } from '../probes/health.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Milliseconds that a start takes, at least and at most. */
const START_MS = { least: 1000, most: 4000 } as const;
/** Milliseconds of a crashed workload until it is started again. */
const CRASHED_MS = 3000;
/** Milliseconds that a failing health check goes on for. */
const UNHEALTHY_MS = { least: 10_000, most: 40_000 } as const;
/** Share of failures that are crashes; the others are health checks that fail for a while. */
const CRASH_SHARE = 0.5;

export interface WorkloadHabits {
  /** Sessions on a node that is in rotation, on average. */
  readonly sessionsMean: number;
  readonly sessionLengthMs: number;
  /** Failures of one workload in an hour, on average. */
  readonly failuresPerHour: number;
}

export interface WorkloadTotals {
  restarts: number;
  failures: number;
  sessionsBegun: number;
}

export class SimulatedWorkload implements Driver {
  readonly name = 'simulated';
  readonly #habits: WorkloadHabits;
  readonly #random: SeededRandom;
  readonly #clock: Clock;
  readonly #totals: WorkloadTotals;
  #observed: WorkloadObservation = NEVER_STARTED;
  #sessions = 0;
  #isClosed = false;
  #unhealthyUntil = 0;
  #steppedAt: number;
  #changed: () => void = () => undefined;

  constructor(habits: WorkloadHabits, parts: { random: SeededRandom; clock: Clock; totals: WorkloadTotals }) {
    this.#habits = habits;
    this.#random = parts.random;
    this.#clock = parts.clock;
    this.#totals = parts.totals;
    this.#steppedAt = parts.clock.now();
  }

  get sessions(): number {
    return this.#sessions;
  }

  get health(): HealthReading {
    return this.#clock.now() < this.#unhealthyUntil
      ? { healthy: false, problem: 'a simulated failure: the health check answers 500' }
      : { healthy: true };
  }

  /** Lets the time since the last step happen. */
  step(): void {
    const now = this.#clock.now();
    const passedMs = now - this.#steppedAt;
    this.#steppedAt = now;
    if (this.#observed.phase !== 'running' || passedMs <= 0) return;
    const { sessionsMean, sessionLengthMs, failuresPerHour } = this.#habits;
    this.#sessions -= this.#random.countOf(this.#sessions, 1 - Math.exp(-passedMs / sessionLengthMs));
    if (!this.#isClosed) {
      const begun = this.#random.arrivals(Math.min(50, (sessionsMean * passedMs) / sessionLengthMs));
      this.#sessions += begun;
      this.#totals.sessionsBegun += begun;
    }
    if (this.#random.next() < (failuresPerHour * passedMs) / 3_600_000) this.#fail(now);
  }

  /** New sessions are refused, or taken again. */
  close(isClosed: boolean): void {
    this.#isClosed = isClosed;
  }

  endSessions(): void {
    this.#sessions = 0;
  }

  start(): Promise<void> {
    this.begin();
    return Promise.resolve();
  }

  /** The same at once; one that runs goes on, whatever became of its agent. */
  begin(): void {
    if (this.#observed.incarnation > 0) return;
    this.#run();
    this.#sessions = Math.round(this.#habits.sessionsMean * this.#random.between(0.5, 1.5));
  }

  async replace({ previousIncarnation }: ReplaceOptions): Promise<ReplaceOutcome> {
    const { incarnation } = this.#observed;
    if (incarnation > previousIncarnation) return { kind: 'already-replaced', incarnation };
    this.#totals.restarts += 1;
    this.#sessions = 0;
    this.#see({ phase: 'stopping' });
    await this.#pass(this.#random.between(START_MS.least, START_MS.most));
    this.#run();
    return { kind: 'replaced', incarnation: this.#observed.incarnation };
  }

  stop(): Promise<{ readonly kind: 'stopped' }> {
    this.#sessions = 0;
    this.#see({ phase: 'stopped', startedAt: null });
    return Promise.resolve({ kind: 'stopped' });
  }

  signal(): Promise<{ readonly ok: true }> {
    return Promise.resolve({ ok: true });
  }

  observe(): WorkloadObservation {
    return this.#observed;
  }

  output(): Promise<string> {
    return Promise.resolve('This workload is simulated; it prints nothing.\n');
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  detach(): Promise<void> {
    this.#changed = () => undefined;
    return Promise.resolve();
  }

  #fail(now: number): void {
    this.#totals.failures += 1;
    if (this.#random.next() >= CRASH_SHARE) {
      this.#unhealthyUntil = now + this.#random.between(UNHEALTHY_MS.least, UNHEALTHY_MS.most);
      return;
    }
    this.#sessions = 0;
    this.#see({ phase: 'crashed', problem: 'a simulated crash' });
    const { incarnation } = this.#observed;
    void this.#pass(CRASHED_MS).then(() => {
      if (this.#observed.phase === 'crashed' && this.#observed.incarnation === incarnation) this.#run();
    });
  }

  #run(): void {
    const { incarnation } = this.#observed;
    this.#unhealthyUntil = 0;
    this.#see({ phase: 'running', incarnation: incarnation + 1, startedAt: this.#clock.now(), problem: null });
  }

  #see(changed: Partial<WorkloadObservation>): void {
    this.#observed = { ...this.#observed, ...changed };
    this.#changed();
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.wakeAt(this.#clock.now() + ms, resolve));
  }
}
