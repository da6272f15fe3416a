/** One start of an agent: the real shell and the real pure half, over a simulated journal, network and workload. It can die at any step. */
import { AGENT_PROTOCOL_VERSIONS, type AgentMessage, type ServerMessage, type WorkloadReport } from '@sluice/contract';
import { type AgentEffect, helloOf, isSameValue, type JournalEntry, startAgentState } from '@sluice/core';
import { pino } from 'pino';
import { AgentShell } from '../../packages/agent/src/agent-shell.ts';
import { backoffMs } from '../../packages/agent/src/session/backoff.ts';
import type { Random } from './random.ts';
import type { SimulatedWorkload } from './simulated-workload.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The node's machine: what is left of it when its agent dies. */
export interface Machine {
  readonly nodeId: string;
  readonly workload: SimulatedWorkload;
  /** What is on the disk. */
  journal: JournalEntry[];
  /** How often each act was really performed, over all starts of the agent. */
  readonly performed: Map<string, number>;
  /** Acts that are being performed now. */
  readonly acting: Set<string>;
}

/** A connection as the agent has it. */
export interface Link {
  readonly send: (message: AgentMessage) => void;
  readonly cut: () => void;
}

export interface SimulatedAgentOptions {
  readonly machine: Machine;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** Dials; `null`: nobody answers. The handlers are called when something arrives, after its time. */
  readonly dial: (received: (message: ServerMessage) => void, closed: () => void) => Link | null;
  /** A moment at which the agent may die. */
  readonly crashPoint: () => void;
}

/** As the real connection has it. */
const WELCOME_WITHIN_MS = 15_000;
const PROBE_EVERY_MS = 1000;
const HEARTBEAT_EVERY_MS = 10_000;

export class SimulatedAgent {
  isAlive = true;
  readonly #options: SimulatedAgentOptions;
  readonly #shell: AgentShell;
  #link: Link | null = null;
  #isWelcomed = false;
  #failures = 0;
  #told: WorkloadReport | null = null;

  constructor(options: SimulatedAgentOptions) {
    const { machine, clock } = options;
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
        commandTimeoutsMs: { reload: 5000, wipe: 5000 },
      },
      machine.journal,
      machine.workload.report(),
    );
    if (!machine.workload.isRunning) machine.workload.start(state.journal.availability);
    machine.acting.clear();
    this.#shell = new AgentShell({
      state,
      journaled: 0,
      journal: { append: (entries) => this.#append(entries), compact: () => Promise.resolve() },
      perform: (effect) => this.#perform(effect),
      clock: clock.ofProcess(() => this.isAlive),
      logger: pino({ level: 'silent' }),
    });
    this.#shell.take({ kind: 'AgentStarted', workload: machine.workload.report() });
    this.#probe();
    this.#heartbeat();
    this.#dial();
  }

  get state(): AgentShell['state'] {
    return this.#shell.state;
  }

  die(): void {
    this.isAlive = false;
    this.#link?.cut();
  }

  #later(ms: number, run: () => void): void {
    this.#options.clock.after(ms, () => {
      if (this.isAlive) run();
    });
  }

  /** Durable after its time, or, when the agent dies meanwhile, maybe. */
  #append(entries: readonly JournalEntry[]): Promise<void> {
    const { machine, clock, random, crashPoint } = this.#options;
    return new Promise((resolve) => {
      clock.after(random.between(0, 3), () => {
        if (this.isAlive) crashPoint();
        // Dead before the sync: what was written may have reached the disk, or not.
        if (!this.isAlive && random.chance(0.5)) return;
        machine.journal = [...machine.journal, ...entries];
        if (this.isAlive) crashPoint();
        if (this.isAlive) resolve();
      });
    });
  }

  #perform(effect: AgentEffect): void {
    if (!this.isAlive) return;
    this.#options.crashPoint();
    if (!this.isAlive) return;
    const { machine, random } = this.#options;
    const { workload } = machine;
    switch (effect.kind) {
      case 'Send':
        this.#link?.send(effect.message);
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
    const { performed, nodeId } = this.#options.machine;
    const times = (performed.get(operationId) ?? 0) + 1;
    performed.set(operationId, times);
    if (times > 1) throw new Error(`${nodeId}: ${operationId} was performed ${times} times`);
  }

  /** Stops, then starts: the agent may die between the two, and the workload is then down until the next agent starts it. */
  #replace(done: () => void, operationId?: string): void {
    const { machine, random } = this.#options;
    const { workload } = machine;
    this.#later(random.between(10, 1500), () => {
      workload.stop();
      this.#later(random.between(10, 500), () => {
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

  #probe(): void {
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

  #heartbeat(): void {
    if (this.#isWelcomed) this.#link?.send({ kind: 'heartbeat' });
    this.#later(HEARTBEAT_EVERY_MS, () => this.#heartbeat());
  }

  #dial(): void {
    const { machine, random, dial } = this.#options;
    this.#isWelcomed = false;
    const redial = () => {
      const wasWelcomed = this.#isWelcomed;
      this.#link = null;
      this.#isWelcomed = false;
      if (!this.isAlive) return;
      if (wasWelcomed) this.#shell.take({ kind: 'SessionClosed' });
      this.#failures = wasWelcomed ? 0 : this.#failures + 1;
      this.#later(100 + backoffMs(this.#failures, random.next()), () => this.#dial());
    };
    this.#link = dial((message) => {
      if (!this.isAlive) return;
      this.#shell.take({ kind: 'MessageReceived', message });
      if (message.kind !== 'welcome') return;
      this.#isWelcomed = true;
      this.#shell.take({ kind: 'SessionOpened' });
    }, redial);
    if (this.#link === null) {
      redial();
      return;
    }
    const hello = helloOf(this.#shell.state, {
      protocolVersions: AGENT_PROTOCOL_VERSIONS,
      agentVersion: 'simulated',
      instanceId: `instance of ${machine.nodeId}`,
      node: {
        id: machine.nodeId,
        name: machine.nodeId,
        type: 'game',
        port: null,
        version: null,
        region: null,
        zone: null,
        labels: {},
      },
      resources: {},
      commands: [
        { name: 'reload', description: 'Reload', parameters: {}, disruptive: false, timeoutMs: 5000 },
        { name: 'wipe', description: 'Wipe', parameters: {}, disruptive: true, timeoutMs: 5000 },
      ],
    });
    this.#link.send(hello);
    const link = this.#link;
    this.#later(WELCOME_WITHIN_MS, () => {
      if (this.#link === link && !this.#isWelcomed) link.cut();
    });
  }
}
