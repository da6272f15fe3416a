/** Thousands of agents in one process, around workloads that are simulated: connects them, lets time pass, lets some come and go. */
import type { Clock } from '@sluice/core';
import { pino } from 'pino';
import type { ServerUrls } from '../server-urls.ts';
import { connectWebSocket } from '../session/web-socket.ts';
import { systemClock } from '../system-clock.ts';
import { describeNode } from './describe-node.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedAgent } from './simulated-agent.ts';
import { SimulatedWorkload, type WorkloadTotals } from './simulated-workload.ts';

/** Agents that come from one address of the loopback network: well below what a server lets one address have. */
const AGENTS_PER_ADDRESS = 200;
/** Milliseconds between two steps of the whole simulation. */
const STEP_MS = 1000;
/** Steps in which each workload is looked at once; one that drains is looked at in each. */
const STEPS_PER_LOOK = 5;
/** Milliseconds for which an agent is away that said goodbye. */
const AWAY_MS = { least: 5000, most: 30_000 } as const;

export interface SimulationOptions {
  readonly serverUrls: ServerUrls;
  readonly joinToken: string | null;
  /** File of the only authority that is trusted; `null`: those of the machine. */
  readonly serverCa: string | null;
  readonly nodes: number;
  readonly prefix: string;
  readonly seed: number;
  readonly connectsPerSecond: number;
  readonly sessionsMean: number;
  readonly sessionLengthMs: number;
  /** Failures of one workload in an hour, on average. */
  readonly failuresPerHour: number;
  /** Share of the agents that leave in a minute: half of them say goodbye, half are cut off. */
  readonly churnPerMinute: number;
}

export interface SimulationCounts {
  readonly nodes: number;
  readonly connected: number;
  /** Started, and without a session. */
  readonly connecting: number;
  /** Said goodbye, and come back by themselves. */
  readonly away: number;
  readonly draining: number;
  readonly drained: number;
  readonly sessions: number;
  /** Since the beginning. */
  readonly sessionsBegun: number;
  readonly connections: number;
  readonly connectionsLost: number;
  readonly restarts: number;
  readonly failures: number;
}

export interface RunningSimulation {
  counts(): SimulationCounts;
  /** All say goodbye. */
  stop(): Promise<void>;
}

interface Simulated {
  readonly agent: SimulatedAgent;
  readonly workload: SimulatedWorkload;
}

/** Begins at once; agents are started at the given rate. */
export function startSimulation(options: SimulationOptions): RunningSimulation {
  return new SimulatedFleet(options, systemClock);
}

class SimulatedFleet implements RunningSimulation {
  readonly #options: SimulationOptions;
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #fleet: Simulated[] = [];
  readonly #totals: WorkloadTotals & { connections: number; connectionsLost: number } = {
    restarts: 0,
    failures: 0,
    sessionsBegun: 0,
    connections: 0,
    connectionsLost: 0,
  };
  readonly #away = new Map<Simulated, () => void>();
  #connected = 0;
  #steps = 0;
  /** Agents that were to be started by now, with the part of one that is not whole yet. */
  #due = 0;
  #cancelStep: () => void = () => undefined;
  #isStopped = false;

  constructor(options: SimulationOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#random = new SeededRandom(options.seed);
    this.#step();
  }

  counts(): SimulationCounts {
    const { connections, connectionsLost, restarts, failures, sessionsBegun } = this.#totals;
    const availabilities = this.#fleet.map(({ agent }) => agent.availability);
    return {
      nodes: this.#options.nodes,
      connected: this.#connected,
      connecting: this.#fleet.length - this.#connected - this.#away.size,
      away: this.#away.size,
      draining: availabilities.filter((each) => each === 'draining').length,
      drained: availabilities.filter((each) => each === 'drained').length,
      sessions: this.#fleet.reduce((sum, { workload }) => sum + workload.sessions, 0),
      sessionsBegun,
      connections,
      connectionsLost,
      restarts,
      failures,
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelStep();
    for (const cancel of this.#away.values()) cancel();
    await Promise.all(this.#fleet.map(({ agent }) => agent.stop('stopping')));
  }

  #step(): void {
    if (this.#isStopped) return;
    const { nodes, connectsPerSecond, churnPerMinute } = this.#options;
    this.#due = Math.min(nodes, this.#due + (connectsPerSecond * STEP_MS) / 1000);
    while (this.#fleet.length < Math.floor(this.#due)) this.#add(this.#fleet.length);
    this.#steps += 1;
    for (const [index, { agent }] of this.#fleet.entries())
      if (index % STEPS_PER_LOOK === this.#steps % STEPS_PER_LOOK || agent.availability === 'draining') agent.look();
    const leaving = this.#random.arrivals(Math.min(500, (this.#fleet.length * churnPerMinute * STEP_MS) / 60_000));
    for (let count = 0; count < leaving; count += 1) this.#leave();
    this.#cancelStep = this.#clock.wakeAt(this.#clock.now() + STEP_MS, () => this.#step());
  }

  #add(index: number): void {
    const { serverUrls, joinToken, serverCa, prefix, sessionsMean, sessionLengthMs, failuresPerHour } = this.#options;
    const random = new SeededRandom(Math.floor(this.#random.next() * 4_294_967_296));
    const logger = pino({ level: 'silent' });
    const workload = new SimulatedWorkload(
      { sessionsMean, sessionLengthMs, failuresPerHour },
      { random, clock: this.#clock, totals: this.#totals },
    );
    const agent = new SimulatedAgent({
      node: describeNode(prefix, index),
      workload,
      serverUrls,
      connect: (needsJoinToken) =>
        connectWebSocket(
          () => (needsJoinToken() ? joinToken : null),
          { serverCa, own: null },
          logger,
          (serverUrl) => sourceOf(serverUrl, index),
        ),
      clock: this.#clock,
      random: () => random.next(),
      logger,
      isConnected: (isConnected) => {
        this.#connected += isConnected ? 1 : -1;
        if (isConnected) this.#totals.connections += 1;
        else this.#totals.connectionsLost += 1;
      },
    });
    this.#fleet.push({ agent, workload });
    agent.start();
  }

  #leave(): void {
    const one = this.#fleet[Math.floor(this.#random.next() * this.#fleet.length)];
    if (one === undefined || this.#away.has(one)) return;
    if (this.#random.next() < 0.5) {
      one.agent.cut();
      return;
    }
    const backAt = this.#clock.now() + this.#random.between(AWAY_MS.least, AWAY_MS.most);
    const cancel = this.#clock.wakeAt(backAt, () => {
      this.#away.delete(one);
      one.agent.start();
    });
    this.#away.set(one, cancel);
    void one.agent.stop('restarting');
  }
}

/** A fleet of many machines has many addresses; on this one machine those of the loopback network stand for them. */
function sourceOf(serverUrl: string, index: number): string | null {
  const { hostname } = new URL(serverUrl);
  if (!hostname.startsWith('127.') && hostname !== 'localhost') return null;
  const address = 2 + Math.floor(index / AGENTS_PER_ADDRESS);
  return `127.0.${Math.floor(address / 250)}.${1 + (address % 250)}`;
}
