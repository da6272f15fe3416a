/** An agent for tests of its pure half: the shell is played by the test. */
import type { AgentMessage, AvailabilityReport, Hold, NodeMessage, OperationUpdate } from '@sluice/contract';
import { HEALTHY } from '../node-fixture.ts';
import type { AgentEffect, AgentInput } from './agent-io.ts';
import { startAgentState } from './agent-start.ts';
import type { AgentSettings, AgentState } from './agent-state.ts';
import { agentStep } from './agent-step.ts';
import type { JournalEntry } from './journal.ts';

const SETTINGS: AgentSettings = {
  settleMs: 3000,
  hasSessionsProbe: true,
  hasDrainHook: true,
  hasUndrainHook: true,
  hasEndSessionsHook: false,
  stopGraceMs: 5000,
  healthyWithinMs: 10_000,
  commands: [{ name: 'reload', description: '', parameters: {}, disruptive: false, timeoutMs: 30_000 }],
};

const HOLD: Hold = {
  name: 'operator',
  owner: 'alice',
  reason: 'kernel update',
  placedAt: 0,
  expiresAt: null,
  operationId: 'op_1',
  deadlineAt: null,
  onDeadline: 'force',
  deadlineReachedAt: null,
  expiryDeferredBecause: null,
};

/** An agent whose effects are only noted, until the test lets something come back. */
export class PlayedAgent {
  state: AgentState;
  now = 1_000_000;
  readonly entries: JournalEntry[] = [];
  effects: AgentEffect[] = [];

  constructor(
    settings: Partial<AgentSettings> = {},
    entries: readonly JournalEntry[] = [],
    workload = HEALTHY,
    bootId: string | null = 'boot-1',
  ) {
    this.entries.push(...entries);
    this.state = startAgentState({ ...SETTINGS, ...settings }, entries, workload, bootId);
    this.input({ kind: 'AgentStarted', workload });
    this.input({ kind: 'SessionOpened' });
  }

  /** What is left after a crash: the journal, and the workload as it is. */
  afterCrash(workload = this.state.workload): PlayedAgent {
    return new PlayedAgent(this.state.settings, this.entries, workload, this.state.bootId);
  }

  /** What is left after the machine was booted anew: the journal. `bootId` `null`: nobody can tell which boot it is. */
  afterBoot(bootId: string | null, settings: Partial<AgentSettings> = {}): PlayedAgent {
    const starting = { ...this.state.workload, incarnation: this.state.workload.incarnation + 1, healthy: null };
    return new PlayedAgent({ ...this.state.settings, ...settings }, this.entries, starting, bootId);
  }

  input(input: AgentInput): readonly AgentEffect[] {
    const step = agentStep(this.state, input, this.now);
    this.state = step.state;
    this.entries.push(...step.entries);
    this.effects.push(...step.effects);
    return step.effects;
  }

  message(message: NodeMessage): readonly AgentEffect[] {
    return this.input({ kind: 'MessageReceived', message });
  }

  wish(availability: 'active' | 'drain', generation: number, forceInMs: number | null = null): readonly AgentEffect[] {
    return this.message({
      kind: 'availability.set',
      sinceGeneration: 0,
      generation,
      availability,
      forceInMs,
      holds: availability === 'drain' ? [HOLD] : [],
    });
  }

  start(operationId: string, command = 'restart', expectedIncarnation: number | null = 1): readonly AgentEffect[] {
    return this.message({
      kind: 'operation.start',
      operationId,
      command,
      params: {},
      wasAccepted: false,
      expectedIncarnation,
      graceMs: null,
      deadlineInMs: 60_000,
    });
  }

  startReboot(operationId: string, expectedBootId = 'boot-1'): readonly AgentEffect[] {
    return this.message({
      kind: 'operation.start',
      operationId,
      command: 'reboot',
      params: {},
      wasAccepted: false,
      expectedIncarnation: null,
      graceMs: null,
      expectedBootId,
      deadlineInMs: 700_000,
    });
  }

  permit(operationId: string): readonly AgentEffect[] {
    return this.message({ kind: 'operation.ack', operationId, sequence: this.lastUpdate(operationId).sequence });
  }

  pass(ms: number): readonly AgentEffect[] {
    this.now += ms;
    return this.input({ kind: 'Woken' });
  }

  count(sessions: number): readonly AgentEffect[] {
    this.now += 1000;
    return this.input({ kind: 'SessionsRead', reading: { kind: 'counted', sessions, blockers: [] } });
  }

  /** Lets the hook that is under way return. */
  returned(ok = true): readonly AgentEffect[] {
    const { pending } = this.state.convergence;
    if (pending === null) throw new Error('nothing is under way');
    return this.input({
      kind: 'PendingReturned',
      token: pending.token,
      ok,
      problem: ok ? null : 'POST /drain answered 500',
    });
  }

  observe(changes: Partial<typeof HEALTHY>): readonly AgentEffect[] {
    return this.input({ kind: 'WorkloadObserved', workload: { ...this.state.workload, ...changes } });
  }

  kinds(kind: AgentEffect['kind']): readonly AgentEffect[] {
    return this.effects.filter((effect) => effect.kind === kind);
  }

  sent(): readonly AgentMessage[] {
    return this.effects.flatMap((effect) => (effect.kind === 'Send' ? [effect.message] : []));
  }

  lastReport(): AvailabilityReport {
    return last(this.sent().flatMap((message) => (message.kind === 'availability.report' ? [message] : [])));
  }

  lastUpdate(operationId: string): OperationUpdate {
    return last(
      this.sent().flatMap((message) =>
        message.kind === 'operation.update' && message.operationId === operationId ? [message] : [],
      ),
    );
  }
}

function last<T>(values: readonly T[]): T {
  const value = values.at(-1);
  if (value === undefined) throw new Error('expected at least one');
  return value;
}
