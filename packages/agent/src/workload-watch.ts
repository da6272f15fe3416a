/** What the workload is like, put together from its driver and its health probe, told whenever it changes. */
import type { WorkloadLeaving, WorkloadLock, WorkloadReport } from '@sluice/contract';
import { isSameValue } from '@sluice/core';
import type { Driver } from './drivers/driver.ts';
import type { HealthReading } from './probes/health.ts';

/** Health checks that must fail in a row before a healthy workload is unhealthy: one slow answer is no outage. */
const FAILURES_UNTIL_UNHEALTHY = 2;

export interface WatchSettings {
  readonly hasHealthProbe: boolean;
  readonly countsSessions: boolean;
  readonly stopGraceMs: number;
  readonly healthyWithinMs: number;
}

/** What the workload itself said of that. */
interface Words {
  readonly locks: readonly WorkloadLock[];
  readonly leaving: WorkloadLeaving | null;
}

export class WorkloadWatch {
  readonly #driver: Driver;
  readonly #settings: WatchSettings;
  readonly #changed: (workload: WorkloadReport) => void;
  #checkedIncarnation = 0;
  #healthy: boolean | null = null;
  #problem: string | null = null;
  #failures = 0;
  #wasHealthy = false;
  #last: WorkloadReport | null = null;
  #locks: readonly WorkloadLock[] = [];
  #leaving: WorkloadLeaving | null = null;

  constructor(driver: Driver, settings: WatchSettings, changed: (workload: WorkloadReport) => void) {
    this.#driver = driver;
    this.#settings = settings;
    this.#changed = changed;
  }

  /** Takes a reading of the health probe that was begun under `incarnation`; one of an earlier start says nothing of this one. */
  checked(reading: HealthReading, incarnation: number): void {
    if (incarnation !== this.#driver.observe().incarnation) return;
    this.#forgetOlder(incarnation);
    if (reading.healthy) {
      this.#healthy = true;
      this.#wasHealthy = true;
      this.#problem = null;
      this.#failures = 0;
    } else {
      this.#failures += 1;
      this.#problem = reading.problem;
      if (this.#healthy !== true || this.#failures >= FAILURES_UNTIL_UNHEALTHY) this.#healthy = false;
    }
    this.tellIfChanged();
  }

  /** What the workload holds against being interrupted now, and whether it asks to leave. */
  setWords({ locks, leaving }: Words): void {
    this.#locks = locks;
    this.#leaving = leaving;
    this.tellIfChanged();
  }

  report(): WorkloadReport {
    const observed = this.#driver.observe();
    this.#forgetOlder(observed.incarnation);
    const isRunning = observed.phase === 'running';
    const { health } = observed;
    const healthy = this.#settings.hasHealthProbe
      ? this.#healthy
      : isRunning
        ? health === null || health.healthy
        : null;
    const { countsSessions, stopGraceMs, healthyWithinMs } = this.#settings;
    return {
      driver: this.#driver.name,
      phase: observed.phase,
      healthy: isRunning || observed.phase === 'starting' ? healthy : false,
      incarnation: observed.incarnation,
      startedAt: observed.startedAt,
      ...(observed.startedAs === null ? {} : { startedAs: observed.startedAs }),
      problem: observed.problem ?? (healthy === true ? null : (this.#problem ?? health?.problem ?? null)),
      countsSessions,
      stopGraceMs,
      healthyWithinMs,
      locks: [...this.#locks],
      ...(this.#leaving === null ? {} : { leaving: this.#leaving }),
    };
  }

  /** Whether it was started just now and has not answered yet: what cannot be read of it then is no problem. */
  isComingUp(now: number): boolean {
    const { phase, startedAt, health } = this.#driver.observe();
    if (phase !== 'running' || startedAt === null) return phase === 'starting';
    const { hasHealthProbe, healthyWithinMs } = this.#settings;
    const isUnproved = hasHealthProbe ? !this.#wasHealthy : health?.healthy === null;
    return isUnproved && now < startedAt + healthyWithinMs;
  }

  tellIfChanged(): void {
    const report = this.report();
    if (isSameValue(report, this.#last)) return;
    this.#last = report;
    this.#changed(report);
  }

  #forgetOlder(incarnation: number): void {
    if (incarnation === this.#checkedIncarnation) return;
    this.#checkedIncarnation = incarnation;
    this.#healthy = null;
    this.#wasHealthy = false;
    this.#problem = null;
    this.#failures = 0;
  }
}
