/** A workload that lives on whatever becomes of its agent: a process with an incarnation, a door, and sessions that end in their own time. */
import type { Availability, WorkloadReport } from '@sluice/contract';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

export class SimulatedWorkload {
  incarnation = 0;
  isRunning = false;
  isDoorOpen = true;
  #startedAt = 0;
  #startedAs: Availability = 'active';
  #healthyAt = 0;
  #sessions: number[] = [];
  readonly #clock: VirtualClock;
  readonly #random: Random;

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** @param availability What is in its environment: a workload that starts on a drained node starts with its door closed. */
  start(availability: Availability): void {
    if (this.isRunning) throw new Error('two processes of one workload');
    this.incarnation += 1;
    this.isRunning = true;
    this.isDoorOpen = availability === 'active';
    this.#startedAs = availability;
    this.#startedAt = this.#clock.now();
    this.#healthyAt = this.#startedAt + this.#random.between(100, 3000);
    this.#sessions = [];
  }

  stop(): void {
    this.isRunning = false;
    this.#sessions = [];
  }

  arrive(): void {
    if (this.isRunning && this.isDoorOpen) {
      // Most leave soon; some stay far longer than anybody waits.
      const staysMs = this.#random.chance(0.1) ? 90_000 : this.#random.between(500, 30_000);
      this.#sessions.push(this.#clock.now() + staysMs);
    }
  }

  sessions(): number {
    this.#sessions = this.#sessions.filter((leavesAt) => leavesAt > this.#clock.now());
    return this.#sessions.length;
  }

  report(): WorkloadReport {
    return {
      driver: 'process',
      phase: this.isRunning ? 'running' : 'stopped',
      healthy: this.isRunning ? this.#clock.now() >= this.#healthyAt : false,
      incarnation: this.incarnation,
      startedAt: this.incarnation === 0 ? null : this.#startedAt,
      startedAs: this.#startedAs,
      problem: null,
      countsSessions: true,
      stopGraceMs: 2000,
      healthyWithinMs: 10_000,
      locks: [],
    };
  }
}
