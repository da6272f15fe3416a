/** One start of an agent: the real shell and the real pure half, over a simulated journal, network and workload. It can die at any step. */
import { AGENT_PROTOCOL_VERSIONS, type WorkloadReport } from '@sluice/contract';
import { type AgentEffect, helloOf, isSameValue, type JournalEntry, startAgentState } from '@sluice/core';
import { pino } from 'pino';
import { AgentShell } from '../../packages/agent/src/agent-shell.ts';
import type { ServerUrls } from '../../packages/agent/src/server-urls.ts';
import { AgentConnection } from '../../packages/agent/src/session/agent-connection.ts';
import type { Random } from './random.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedWorkload } from './simulated-workload.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

/** The node's machine: what is left of it when its agent dies. */
export interface Machine {
  readonly nodeId: string;
  readonly workload: SimulatedWorkload;
  /** Grows with every boot. */
  boot: number;
  /** What is on the disk. */
  journal: JournalEntry[];
  /** How often each act was really performed, over all starts of the agent. */
  readonly performed: Map<string, number>;
  /** Acts that are being performed now. */
  readonly acting: Set<string>;
}

/** What the world wants to know of an agent, to judge it. */
export interface Witness {
  /** An act is performed: a command is run, or a workload replaced. */
  readonly performs: (machine: Machine, operationId: string) => void;
  /** Entries are on the disk. */
  readonly journaled: (machine: Machine, entries: readonly JournalEntry[]) => void;
}

export interface SimulatedAgentOptions {
  readonly machine: Machine;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly network: SimulatedNetwork;
  /** Their addresses, in the order in which it tries them. */
  readonly servers: ServerUrls;
  /** A moment at which the agent may die. */
  readonly crashPoint: () => void;
  readonly witness: Witness;
  /** The machine is booted anew, and everything on it with it. */
  readonly boots: () => void;
  /** Probability per second that the workload falls by itself. */
  readonly falls: () => number;
}

const PROBE_EVERY_MS = 1000;
/** Milliseconds until it looks whether its own server is back: soon, so that much goes wrong on the way. */
const HOME_AFTER_MS = 3000;

export class SimulatedAgent {
  readonly #life: Life = { isAlive: true, frozenUntil: 0 };
  readonly #options: SimulatedAgentOptions;
  readonly #shell: AgentShell;
  readonly #connection: AgentConnection;
  #isReplacing = false;
  #told: WorkloadReport | null = null;

  constructor(options: SimulatedAgentOptions) {
    const { machine, clock, random, network } = options;
    const logger = pino({ level: 'silent' });
    const ofProcess = clock.ofProcess(this.#life);
    this.#options = options;
    // A supervisor takes up what runs, and starts what does not.
    const state = startAgentState(
      {
        settleMs: 500,
        hasSessionsProbe: true,
        hasDrainHook: true,
        hasUndrainHook: true,
        hasEndSessionsHook: false,
        stopGraceMs: 2000,
        healthyWithinMs: 10_000,
        rebootWithinMs: 60_000,
        commands: [
          { name: 'reload', description: 'Reload', parameters: {}, disruptive: false, timeoutMs: 5000 },
          { name: 'wipe', description: 'Wipe', parameters: {}, disruptive: true, timeoutMs: 5000 },
        ],
      },
      machine.journal,
      machine.workload.report(),
      `boot ${machine.boot}`,
    );
    if (!machine.workload.isRunning) machine.workload.start(state.journal.availability);
    machine.acting.clear();
    this.#shell = new AgentShell({
      state,
      // So that compactions come up, too.
      journaled: random.pick(0, 980),
      journal: { append: (entries) => this.#append(entries), compact: (entries) => this.#compact(entries) },
      perform: (effect) => this.#perform(effect),
      clock: ofProcess,
      logger,
    });
    this.#connection = new AgentConnection({
      servers: options.servers,
      connect: network.connect(machine.nodeId, this.#life),
      clock: ofProcess,
      random: () => random.next(),
      homeAfterMs: HOME_AFTER_MS,
      events: {
        hello: () => this.#hello(),
        received: (message) => {
          this.#shell.take({ kind: 'MessageReceived', message });
          if (message.kind === 'welcome') this.#shell.take({ kind: 'SessionOpened' });
        },
        credential: () => undefined,
        refused: () => false,
        closed: () => this.#shell.take({ kind: 'SessionClosed' }),
        heartbeat: () => this.#connection.send({ kind: 'heartbeat' }),
      },
      logger,
    });
    this.#shell.take({ kind: 'AgentStarted', workload: machine.workload.report() });
    this.#probe();
    this.#connection.start();
  }

  get state(): AgentShell['state'] {
    return this.#shell.state;
  }

  get isAlive(): boolean {
    return this.#life.isAlive;
  }

  get nodeId(): string {
    return this.#options.machine.nodeId;
  }

  /** Killed: nothing more is done, whatever was in the middle. */
  die(): void {
    this.#life.isAlive = false;
    this.#options.network.agentDied(this.#life);
  }

  /** Stopped on purpose: what is being taken is done, goodbye is said, and the workload stays as it is. */
  async stop(): Promise<void> {
    await this.#connection.stop('stopping');
    await this.#shell.stop();
    this.#life.isAlive = false;
  }

  #later(ms: number, run: () => void): void {
    this.#options.clock.after(ms, () => {
      if (this.isAlive) run();
    });
  }

  /** Durable after its time, or, when the agent dies meanwhile, maybe. */
  #append(entries: readonly JournalEntry[]): Promise<void> {
    const { machine, clock, random, crashPoint, witness } = this.#options;
    return new Promise((resolve) => {
      clock.after(random.between(0, 3), () => {
        if (this.isAlive) crashPoint();
        // Dead before the sync: what was written may have reached the disk, or not.
        if (!this.isAlive && random.chance(0.5)) return;
        machine.journal = [...machine.journal, ...entries];
        witness.journaled(machine, entries);
        if (this.isAlive) crashPoint();
        if (this.isAlive) resolve();
      });
    });
  }

  /** The one file or the other is there after a crash. */
  #compact(entries: readonly JournalEntry[]): Promise<void> {
    const { machine, clock, random, crashPoint } = this.#options;
    return new Promise((resolve) => {
      clock.after(random.between(0, 5), () => {
        if (this.isAlive) crashPoint();
        if (!this.isAlive) return;
        machine.journal = [...entries];
        crashPoint();
        if (this.isAlive) resolve();
      });
    });
  }

  #perform(effect: AgentEffect): void {
    if (!this.isAlive) return;
    this.#options.crashPoint();
    if (!this.isAlive) return;
    this.#do(effect);
    this.#options.crashPoint();
  }

  #do(effect: AgentEffect): void {
    const { machine, random } = this.#options;
    const { workload } = machine;
    switch (effect.kind) {
      case 'Send':
        this.#connection.send(effect.message);
        return;
      case 'CallHook': {
        const { hook, token } = effect;
        this.#later(random.between(1, 300), () => {
          const ok = workload.isRunning && !random.chance(0.1);
          if (ok && hook !== 'end-sessions') workload.isDoorOpen = hook === 'undrain';
          this.#shell.take({ kind: 'PendingReturned', token, ok, problem: ok ? null : 'the hook failed' });
        });
        return;
      }
      case 'EndSessionsByReplacing':
        this.#replace(() =>
          this.#shell.take({ kind: 'PendingReturned', token: effect.token, ok: true, problem: null }),
        );
        return;
      case 'ReplaceWorkload': {
        const { operationId, previousIncarnation } = effect;
        const replaced = () =>
          this.#shell.take({
            kind: 'WorkloadReplaced',
            operationId,
            ok: true,
            incarnation: workload.incarnation,
            problem: null,
          });
        if (workload.incarnation > previousIncarnation) {
          replaced();
          return;
        }
        this.#begin(operationId);
        this.#replace(() => {
          machine.acting.delete(operationId);
          replaced();
        }, operationId);
        return;
      }
      case 'RunCommand': {
        const { operationId } = effect;
        this.#begin(operationId);
        this.#performed(operationId);
        this.#later(random.between(10, 4000), () => {
          machine.acting.delete(operationId);
          const isDone = random.chance(0.8);
          this.#shell.take({
            kind: 'CommandEnded',
            operationId,
            status: isDone ? 'succeeded' : 'failed',
            result: { exitCode: isDone ? 0 : 1 },
            error: isDone ? null : { code: 'command-failed', message: 'exit code 1' },
            output: '',
          });
        });
        return;
      }
      case 'RebootMachine':
        this.#begin(effect.operationId);
        this.#performed(effect.operationId);
        this.#reboot(effect.operationId);
        return;
      case 'CollectOutput':
        this.#shell.take({ kind: 'OutputCollected', operationId: effect.operationId, output: '' });
        return;
      case 'SetRotation':
      case 'StopCommand':
      case 'KeepMetadata':
    }
  }

  #begin(operationId: string): void {
    const { acting, nodeId } = this.#options.machine;
    if (acting.size > 0) throw new Error(`${nodeId}: ${operationId} began while ${[...acting].join()} was performed`);
    acting.add(operationId);
  }

  #performed(operationId: string): void {
    const { machine, witness } = this.#options;
    const { performed, nodeId } = machine;
    witness.performs(machine, operationId);
    const times = (performed.get(operationId) ?? 0) + 1;
    performed.set(operationId, times);
    if (times > 1) throw new Error(`${nodeId}: ${operationId} was performed ${times} times`);
  }

  /** The command fails, or is accepted and in vain, or the machine goes down a while later, whatever became of the agent that gave it. */
  #reboot(operationId: string): void {
    const { machine, clock, random, boots } = this.#options;
    const outcome = random.pick('boots', 'boots', 'boots', 'boots', 'fails', 'stays');
    if (outcome === 'boots') clock.after(random.between(20, 8000), boots);
    this.#later(random.between(10, 3000), () => {
      machine.acting.delete(operationId);
      const error = outcome === 'fails' ? { code: 'command-failed', message: 'exit code 1' } : null;
      const exitCode = error === null ? 0 : 1;
      this.#shell.take({ kind: 'RebootCommandEnded', operationId, error, exitCode, output: '' });
    });
  }

  /** Stops, then starts: the agent may die between the two, and the workload is then down until the next agent starts it. */
  #replace(done: () => void, operationId?: string): void {
    const { machine, random } = this.#options;
    const { workload } = machine;
    this.#isReplacing = true;
    this.#later(random.between(10, 1500), () => {
      workload.stop();
      this.#later(random.between(10, 500), () => {
        this.#isReplacing = false;
        if (!workload.isRunning) workload.start(this.#shell.state.journal.availability);
        if (operationId !== undefined) this.#performed(operationId);
        this.#observe();
        done();
      });
    });
  }

  #observe(): void {
    const report = this.#options.machine.workload.report();
    if (isSameValue(report, this.#told)) return;
    this.#told = report;
    this.#shell.take({ kind: 'WorkloadObserved', workload: report });
  }

  /** The workload falls by itself now and then, and its supervisor starts it anew. */
  #fall(): void {
    const { machine, random } = this.#options;
    const { workload } = machine;
    if (machine.acting.size > 0 || this.#isReplacing || !workload.isRunning || !random.chance(this.#options.falls()))
      return;
    workload.stop();
    this.#later(random.between(10, 1000), () => {
      if (!workload.isRunning && !this.#isReplacing) workload.start(this.#shell.state.journal.availability);
    });
  }

  #probe(): void {
    this.#fall();
    this.#observe();
    const { machine, random } = this.#options;
    if (!machine.workload.isRunning) this.#shell.take({ kind: 'SessionsRead', reading: { kind: 'none' } });
    else if (random.chance(0.03))
      this.#shell.take({ kind: 'SessionsRead', reading: { kind: 'unreadable', problem: 'timed out' } });
    else
      this.#shell.take({
        kind: 'SessionsRead',
        reading: { kind: 'counted', sessions: machine.workload.sessions(), blockers: [] },
      });
    this.#later(PROBE_EVERY_MS, () => this.#probe());
  }

  #hello() {
    const { nodeId } = this.#options.machine;
    return helloOf(this.#shell.state, {
      protocolVersions: AGENT_PROTOCOL_VERSIONS,
      agentVersion: 'simulated',
      instanceId: `instance of ${nodeId}`,
      proof: null,
      node: {
        id: nodeId,
        name: nodeId,
        type: 'game',
        port: null,
        version: null,
        region: null,
        zone: null,
        labels: {},
      },
      resources: {},
    });
  }
}
