/** Test support: a registered, healthy node, and commands applied to it through the two doors. */
import type { FleetEvent, Hello, OperationRecord, OperationUpdate, WorkloadReport } from '@sluice/contract';
import type { Command, Context } from './command.ts';
import { decide } from './decide.ts';
import { evolve } from './evolve.ts';
import { violationsOf, violationsOfStep } from './invariants.ts';
import { type NodeState, operationOf } from './node/node.ts';
import { answerToUpdate } from './operation/decide-update.ts';

const START_AT = 1_000_000;
/** Of a server that asks nobody who they are. */
export const UNASKED = { kind: 'unasked' } as const;

export const HEALTHY: WorkloadReport = {
  driver: 'process',
  phase: 'running',
  healthy: true,
  incarnation: 1,
  startedAt: START_AT - 60_000,
  problem: null,
  countsSessions: true,
  stopGraceMs: 5000,
  healthyWithinMs: 10_000,
  locks: [],
};

/** Commands as they are asked for when nothing is said but what to do. */
export const DRAIN = {
  kind: 'DrainNode',
  hold: 'operator',
  timeoutMs: null,
  onDeadline: 'force',
  expiresInMs: null,
  force: false,
  reason: null,
} as const satisfies Command;
export const RESTART = {
  kind: 'RestartWorkload',
  graceMs: null,
  executeWithinMs: null,
  drainFirst: null,
  force: false,
  reason: null,
} as const satisfies Command;
export const REBOOT = {
  kind: 'RebootMachine',
  drainFirst: null,
  undrainAfter: true,
  force: false,
  reason: null,
} as const satisfies Command;

export function hello(overrides: Partial<Hello> = {}): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentVersion: '0.1.0',
    instanceId: 'instance-1',
    proof: null,
    node: {
      id: 'n1',
      name: 'n1',
      type: 'game-server',
      port: 7777,
      version: null,
      region: 'eu',
      zone: 'b',
      labels: { game: 'chess' },
    },
    resources: { cpuCount: 2 },
    commands: [
      { name: 'reload', description: 'Reload', parameters: {}, disruptive: false, timeoutMs: 30_000 },
      { name: 'wipe', description: 'Wipe', parameters: {}, disruptive: true, timeoutMs: 30_000 },
    ],
    reboot: { bootId: 'boot-1', withinMs: 600_000 },
    availability: { generation: 0, availability: 'active', holds: [] },
    workload: HEALTHY,
    load: { sessions: 3, cpuPercent: null, memoryBytes: null, problem: null },
    journal: [],
    ...overrides,
  };
}

function context(now: number, overrides: Partial<Context> = {}): Context {
  return {
    now,
    actor: { name: 'alice', address: null },
    operationId: `op_${now}`,
    defaultDrainTimeoutMs: null,
    metadataBytesMax: 65_536,
    joinGrant: null,
    fullBudgets: [],
    ...overrides,
  };
}

/** One node that lives through commands; every step is checked against the invariants. */
export class LivingNode {
  state: NodeState | null = null;
  now = START_AT;
  readonly history: { readonly event: FleetEvent; readonly at: number }[] = [];
  #operations = 0;

  /** A node whose agent is connected and whose workload is healthy. */
  static registered(overrides: Partial<Hello> = {}): LivingNode {
    const living = new LivingNode();
    living.must({
      kind: 'RegisterNode',
      hello: hello(overrides),
      sessionId: 's1',
      remoteIp: '10.0.0.1',
      credentials: UNASKED,
    });
    return living;
  }

  get eventKinds(): readonly string[] {
    return this.history.map(({ event }) => event.kind);
  }

  get node(): NodeState {
    if (this.state === null) throw new Error('the node is not registered');
    return this.state;
  }

  /** The answer to a command: the code of its refusal, or the operation that it is about. */
  tell(
    command: Command,
    overrides: Partial<Context> = {},
  ): { readonly refusal: string | null; readonly operation: OperationRecord | null } {
    this.#operations += 1;
    const decision = decide(
      this.state,
      'n1',
      command,
      context(this.now, { operationId: `op_${this.#operations}`, ...overrides }),
    );
    if (!decision.ok) return { refusal: decision.problem.code, operation: null };
    for (const event of decision.value.events) {
      const before = this.state;
      this.state = evolve(before, event, 'n1', this.now);
      this.history.push({ event, at: this.now });
      if (before !== null && this.state !== null) this.#check(violationsOfStep(before, this.state));
    }
    if (this.state !== null) this.#check(violationsOf(this.state));
    const id = decision.value.operationId;
    return { refusal: null, operation: id === null ? null : (operationOf(this.node, id) ?? null) };
  }

  must(command: Command): OperationRecord | null {
    const { refusal, operation } = this.tell(command);
    if (refusal !== null) throw new Error(`${command.kind} was refused: ${refusal}`);
    return operation;
  }

  drain(overrides: Partial<Extract<Command, { kind: 'DrainNode' }>> = {}): OperationRecord {
    return present(this.must({ ...DRAIN, ...overrides }));
  }

  undrain(hold: string | null = 'operator'): OperationRecord {
    return present(this.must({ kind: 'ReleaseHold', hold, reason: null }));
  }

  restart(overrides: Partial<Extract<Command, { kind: 'RestartWorkload' }>> = {}): OperationRecord {
    return present(this.must({ ...RESTART, ...overrides }));
  }

  reboot(overrides: Partial<Extract<Command, { kind: 'RebootMachine' }>> = {}): OperationRecord {
    return present(this.must({ ...REBOOT, ...overrides }));
  }

  /** The agent tells how far an act is. @returns What the server answers. */
  update(operationId: string, fields: Partial<OperationUpdate>): ReturnType<typeof answerToUpdate> {
    const update: OperationUpdate = {
      kind: 'operation.update',
      operationId,
      sequence: 1,
      status: 'running',
      phase: null,
      result: null,
      error: null,
      output: null,
      ...fields,
    };
    this.must({ kind: 'RecordOperation', update });
    return answerToUpdate(this.node, update);
  }

  /** The agent reports what it counts, or that nobody is left. */
  report(sessionsRemaining: number, reached = sessionsRemaining === 0, generation = this.node.generation): void {
    this.must({
      kind: 'RecordAvailability',
      report: {
        kind: 'availability.report',
        generation,
        availability: 'drain',
        reached,
        phase: reached ? 'drained' : 'waiting-for-sessions',
        sessionsAtStart: 3,
        sessionsRemaining,
        blockers: [],
        problem: null,
        evidence: reached ? { kind: 'counted', zeroSeenAt: [this.now - 1000, this.now] } : null,
      },
    });
  }

  pass(ms: number): void {
    this.now += ms;
    this.must({ kind: 'PassTime', heardSince: START_AT });
  }

  operation(id: string): OperationRecord {
    return present(operationOf(this.node, id));
  }

  #check(violations: readonly string[]): void {
    if (violations.length > 0) throw new Error(`invariants violated: ${violations.join('; ')}`);
  }
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value');
  return value;
}
