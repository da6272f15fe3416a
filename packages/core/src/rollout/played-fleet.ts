/** Test support: a fleet whose agents are played, under the real rules of nodes, with budgets that the pipeline enforces. */
import type { OperationRecord, OperationResult } from '@sluice/contract';
import { takesPlace } from '../budget/check-budgets.ts';
import { type FullBudget, type Standing, standingInWords, standingOf } from '../budget/standing.ts';
import { isUnavailable } from '../budget/unavailable.ts';
import type { Command } from '../command.ts';
import { decide } from '../decide.ts';
import { evolve } from '../evolve.ts';
import { hello, UNASKED } from '../node-fixture.ts';
import { isDrained, type NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import { actOnNode } from '../operation/operation.ts';
import type { Result } from '../result.ts';
import { underWay } from '../under-way.ts';
import type { BudgetPlaces } from './rollout-view.ts';

const PLAYED_FROM = 1_800_000_000_000;

export interface PlayedBudget {
  readonly name: string;
  readonly matches: (node: NodeState) => boolean;
  readonly maxUnavailable: number | string;
}

/** What becomes of what is asked of a node; agents that say nothing do nothing. */
export interface Behaviour {
  readonly drains?: boolean;
  readonly returns?: boolean;
  readonly act?: 'succeeds' | 'fails' | 'hangs';
  /** Whether the workload is healthy after a restart. */
  readonly healthy?: boolean;
}

export class PlayedFleet {
  readonly nodes = new Map<string, NodeState>();
  readonly budgets: PlayedBudget[] = [];
  readonly behaviours = new Map<string, Behaviour>();
  /** Every operation as it is, also when its node has forgotten it. */
  readonly operations = new Map<string, OperationRecord>();
  /** How often each node began to be interrupted, by what was asked for. */
  readonly performed = new Map<string, number>();
  now = PLAYED_FROM;
  #operations = 0;

  constructor(size: number, zoneOf: (index: number) => string = () => 'a') {
    for (let index = 1; index <= size; index += 1) this.register(`n${String(index).padStart(2, '0')}`, zoneOf(index));
  }

  register(id: string, zone = 'a'): void {
    const { node: identity } = hello();
    const node = { ...identity, id, name: id, zone, labels: { game: 'chess', tier: zone } };
    const { availability, revision = 0 } = { availability: hello().availability, ...this.#rejoins(id) };
    const said = hello({ node, availability, instanceId: `instance of ${id}` });
    this.tell(id, {
      kind: 'RegisterNode',
      hello: said,
      sessionId: `session ${id} ${this.now} ${revision}`,
      remoteIp: '10.0.0.1',
      credentials: UNASKED,
    });
  }

  /** What an agent that comes back knows of its node. */
  #rejoins(id: string) {
    const node = this.nodes.get(id);
    if (node === undefined) return {};
    const { generation, wished, holds, revision } = node;
    return { availability: { generation, availability: wished, holds: [...holds] }, revision };
  }

  node(id: string): NodeState {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** As people and rollouts ask: within the budgets. */
  tell(id: string, command: Command, by = 'alice'): Result<string | null> {
    const before = this.nodes.get(id) ?? null;
    const isAsked = before !== null && takesPlace(before, command);
    this.#operations += 1;
    const decision = decide(before, id, command, {
      now: this.now,
      actor: { name: by, address: null },
      operationId: `op_${this.#operations}`,
      defaultDrainTimeoutMs: null,
      metadataBytesMax: 65_536,
      joinGrant: null,
      fullBudgets: isAsked ? this.#fullBudgets(before) : [],
    });
    if (!decision.ok) return decision;
    let node = before;
    for (const event of decision.value.events) {
      node = evolve(node, event, id, this.now);
      if (event.kind === 'OperationStarted') this.performed.set(id, (this.performed.get(id) ?? 0) + 1);
      // An operation may end, and leave its node's state, before the last event of the decision.
      for (const operation of node?.operations ?? []) this.operations.set(operation.id, operation);
    }
    if (node === null) this.nodes.delete(id);
    else this.nodes.set(id, node);
    return { ok: true, value: decision.value.operationId };
  }

  budgetsOf(node: NodeState): readonly BudgetPlaces[] {
    return this.standingsOf(node).map((standing) => ({
      name: standing.name,
      placesLeft: standing.left,
      inWords: () => `${standingInWords(standing)}.`,
    }));
  }

  standingsOf(node: NodeState): readonly Standing[] {
    return this.budgets
      .filter(({ matches }) => matches(node))
      .map((budget) => {
        const own = [...this.nodes.values()].filter((each) => budget.matches(each));
        return standingOf(budget, own.length, own.filter((each) => isUnavailable(each)).length);
      });
  }

  #fullBudgets(node: NodeState): readonly FullBudget[] {
    const full = this.standingsOf(node).filter(({ left }) => left === 0);
    return full.map((standing) => ({ ...standing, taken: [], takenIds: [] }));
  }

  /** A person takes it out of rotation, or puts it back. */
  drain(id: string, hold = 'operator'): void {
    this.tell(id, {
      kind: 'DrainNode',
      hold,
      timeoutMs: null,
      onDeadline: 'hold',
      expiresInMs: null,
      force: true,
      reason: 'I must',
    });
  }

  undrain(id: string, hold: string | null = null, by = 'bob'): void {
    this.tell(id, { kind: 'ReleaseHold', hold, reason: 'I need it' }, by);
  }

  vanish(id: string): void {
    const { session } = this.node(id);
    if (session.kind === 'connected')
      this.tell(id, { kind: 'RecordDisconnect', sessionId: session.sessionId, goodbye: true, why: 'it said goodbye' });
  }

  setHealthy(id: string, healthy: boolean): void {
    this.tell(id, { kind: 'RecordWorkload', workload: { ...this.node(id).workload, healthy } });
  }

  forget(id: string): void {
    this.vanish(id);
    this.tell(id, { kind: 'ForgetNode', force: true });
  }

  /** What is due by now, and then what every agent does that can be reached. */
  pass(ms: number): void {
    this.now += ms;
    for (const id of this.nodes.keys()) {
      this.tell(id, { kind: 'PassTime', heardSince: PLAYED_FROM });
      if (this.nodes.get(id)?.session.kind === 'connected') this.#play(id, this.behaviours.get(id) ?? {});
    }
  }

  /** The next instant at which time alone does something. */
  nextDueAt(): number | null {
    const instants = [...this.nodes.values()].flatMap((node) => underWay(node).wakeAt ?? []);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  #play(id: string, { drains = true, returns = true, act = 'succeeds', healthy = true }: Behaviour): void {
    const node = this.node(id);
    if (node.holds.length > 0 && !isDrained(node) && drains) this.#report(node, 'drain');
    if (node.holds.length === 0 && !node.activation.confirmed && returns) this.#report(node, 'active');
    const due = actOnNode(this.node(id));
    if (due === null || act === 'hangs') return;
    if (due.status === 'queued') this.#update(id, due, 'running');
    else {
      this.#update(id, due, act === 'succeeds' ? 'succeeded' : 'failed');
      if (due.command === 'restart' && act === 'succeeds') {
        const { workload } = this.node(id);
        const next = { ...workload, incarnation: workload.incarnation + 1, healthy };
        this.tell(id, { kind: 'RecordWorkload', workload: next });
      }
    }
  }

  #report({ id, generation }: NodeState, availability: 'active' | 'drain'): void {
    const isDrain = availability === 'drain';
    this.tell(id, {
      kind: 'RecordAvailability',
      report: {
        kind: 'availability.report',
        generation,
        availability,
        reached: true,
        phase: isDrain ? 'drained' : null,
        sessionsAtStart: null,
        sessionsRemaining: isDrain ? 0 : null,
        blockers: [],
        problem: null,
        evidence: isDrain ? { kind: 'counted', zeroSeenAt: [this.now, this.now] } : null,
      },
    });
  }

  #update(
    id: string,
    { id: operationId, sequence, command }: OperationRecord,
    status: 'running' | 'succeeded' | 'failed',
  ): void {
    this.tell(id, {
      kind: 'RecordOperation',
      update: {
        kind: 'operation.update',
        operationId,
        sequence: sequence + 1,
        status,
        phase: null,
        result: status === 'succeeded' ? this.#proofOf(id, command) : null,
        error: status === 'failed' ? { code: 'failed', message: 'It did not come back.' } : null,
        output: null,
      },
    });
  }

  #proofOf(id: string, command: string): OperationResult | null {
    if (command === 'restart') return { newIncarnation: this.node(id).workload.incarnation + 1 };
    return command === 'reboot' ? { newBootId: `boot at ${this.now}` } : null;
  }

  statusOf(id: string): string {
    return statusOf(this.node(id));
  }
}
