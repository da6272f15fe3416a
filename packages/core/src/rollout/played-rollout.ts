/** Test support: a rollout over a played fleet, driven as a server drives it. Every step is checked by the invariants. */
import type { RolloutEvent, RolloutSpec } from '@sluice/contract';
import { decideRollout } from './decide-rollout.ts';
import { normaliseSpec } from './normalise-spec.ts';
import { inOrder } from './order.ts';
import type { Command } from '../command.ts';
import type { Result } from '../result.ts';
import type { PlayedFleet } from './played-fleet.ts';
import { isEnded, type NormalSpec, rolloutOf, type RolloutState } from './rollout.ts';
import { rolloutViolations, rolloutViolationsOfStep } from './rollout-invariants.ts';
import type { RolloutRequest } from './rollout-request.ts';
import type { GateResult, RolloutNodeCommand, RolloutStep, RolloutView } from './rollout-view.ts';
import { stepRollout } from './step-rollout.ts';
import { whatItIsFor } from './newcomers.ts';

function normal(spec: RolloutSpec): NormalSpec {
  const normalised = normaliseSpec(spec, { drainTimeoutMs: null });
  if (!normalised.ok) throw new Error(normalised.problem.detail);
  return normalised.value;
}

export class PlayedRollout {
  readonly fleet: PlayedFleet;
  readonly events: { readonly event: RolloutEvent; readonly at: number }[] = [];
  /** What else the step may see. */
  massSilence: string | null = null;
  whyNotYet: string | null = null;
  gate: GateResult | null = null;
  otherRolloutOf: (nodeId: string) => string | null = () => null;
  /** What others do between the commit of a step and its commands. */
  beforeCommands: () => void = () => undefined;
  /** Whether commands come to nothing: the store is away, or the server dies before it gives them. */
  losesCommands = false;
  /** Whether an answer is lost: the server dies between the command and its record. */
  losesAnswer: () => boolean = () => false;
  state: RolloutState;
  last: RolloutStep | null = null;
  /** The pipeline's memory of keys: what was done under one is not done again. */
  readonly #operationOfKey = new Map<string, string>();
  readonly #begun = new Set<string>();

  constructor(fleet: PlayedFleet, asked: RolloutSpec, id = 'r1') {
    this.fleet = fleet;
    const spec = normal(asked);
    const isFor = whatItIsFor(spec);
    const chosen = [...fleet.nodes.values()].filter((node) => spec.nodeIds?.includes(node.id) ?? isFor(node));
    const nodeIds = inOrder(chosen, spec, () => null, id).map((node) => node.id);
    const context = { now: fleet.now, by: 'alice', othersUnended: 0, unendedMax: 20 };
    const decision = decideRollout(null, { kind: 'StartRollout', id, spec, nodeIds }, context);
    if (!decision.ok) throw new Error(decision.problem.detail);
    this.state = decision.value.state;
    this.#record(decision.value.events);
  }

  get status(): string {
    return this.state.header.status;
  }

  get kinds(): readonly string[] {
    return this.events.map(({ event }) => event.kind);
  }

  /** The nodes' statuses, in order. */
  get statuses(): string {
    return this.state.nodes.map(({ status }) => status).join(' ');
  }

  entry(nodeId: string) {
    const entry = this.state.nodes.find((node) => node.nodeId === nodeId);
    if (entry === undefined) throw new Error(`${nodeId} is not in the rollout`);
    return entry;
  }

  /** @returns The code of the refusal; `null`: it was done. */
  ask(request: RolloutRequest, by = 'alice', othersUnended = 0): string | null {
    const { now } = this.fleet;
    const decision = decideRollout(this.state, request, { now, by, othersUnended, unendedMax: 20 });
    if (!decision.ok) return decision.problem.code;
    this.#commit(decision.value.events, decision.value.state);
    return null;
  }

  pause(): string | null {
    return this.ask({ kind: 'PauseRollout', reason: null });
  }
  resume(): string | null {
    return this.ask({ kind: 'ResumeRollout', reason: null });
  }
  approve(): string | null {
    return this.ask({ kind: 'ApproveRollout', reason: null });
  }
  cancel(): string | null {
    return this.ask({ kind: 'CancelRollout', reason: null });
  }
  retry(): string | null {
    return this.ask({ kind: 'RetryRollout', reason: null });
  }

  /** What happens by itself now, with all that follows from it at once. */
  step(): RolloutStep {
    for (let round = 0; round < 1000; round += 1) {
      const step = stepRollout(this.state, this.#view(), this.fleet.now);
      this.#commit(step.events, step.state);
      this.last = step;
      if (step.unknownOperations.length > 0) throw new Error('an operation is not known');
      let isQuiet = step.events.length === 0;
      this.beforeCommands();
      for (const command of this.losesCommands ? [] : step.commands) if (this.#give(command)) isQuiet = false;
      if (isQuiet) return step;
    }
    throw new Error('it never comes to rest');
  }

  /** Time passes second by second, or longer where nothing is due. */
  play(seconds: number, everySeconds = 1): void {
    for (let second = 0; second < seconds; second += everySeconds) {
      this.step();
      this.fleet.pass(everySeconds * 1000);
    }
    this.step();
  }

  /** Until it has ended or is paused. @throws when it does neither. */
  playOut(): void {
    for (let round = 0; round < 20_000; round += 1) {
      const { wakeAt } = this.step();
      if (isEnded(this.state.header) || (this.status === 'paused' && this.state.inFlight.length === 0)) return;
      const due = Math.min(wakeAt ?? Infinity, this.fleet.nextDueAt() ?? Infinity);
      const nothingElse = this.#isFleetAtRest() && Number.isFinite(due);
      this.fleet.pass(nothingElse ? Math.max(1000, due - this.fleet.now) : 1000);
    }
    throw new Error(`it neither ended nor paused: ${this.status}, ${this.statuses}, ${this.last?.waiting}`);
  }

  #isFleetAtRest(): boolean {
    const before = [...this.fleet.nodes.values()];
    this.fleet.pass(0);
    return before.every((node) => this.fleet.nodes.get(node.id) === node);
  }

  /** @returns Whether something came of it. */
  #give({ nodeId, attempt, status, key, command, isWithdrawn }: RolloutNodeCommand): boolean {
    const known = this.#operationOfKey.get(key);
    const answer = this.#answerTo(nodeId, command, known, isWithdrawn);
    if (answer.ok && answer.value !== null) this.#operationOfKey.set(key, answer.value);
    if (this.losesAnswer()) return false;
    const { revision } = this.state.header;
    this.ask({
      kind: 'RecordAnswer',
      nodeId,
      attempt,
      status,
      answer: answer.ok
        ? { kind: 'taken', operationId: answer.value ?? '' }
        : { kind: 'refused', problem: answer.problem },
    });
    return this.state.header.revision > revision;
  }

  #answerTo(nodeId: string, command: Command, known: string | undefined, isWithdrawn: boolean): Result<string | null> {
    if (known !== undefined) return { ok: true, value: known };
    if (isWithdrawn) return { ok: false, problem: { code: 'command-withdrawn', detail: 'It was not done.' } };
    return this.fleet.tell(nodeId, command, 'rollout/r1');
  }

  /** What a step would be that sees these operations; nothing comes of it. */
  look(endedOperation: RolloutView['endedOperation']): RolloutStep {
    return stepRollout(this.state, { ...this.#view(), endedOperation }, this.fleet.now);
  }

  #view(): RolloutView {
    return {
      node: (id) => this.fleet.nodes.get(id),
      endedOperation: (id) => this.fleet.operations.get(id) ?? null,
      budgetsOf: (node) => this.fleet.budgetsOf(node),
      otherRolloutOf: (nodeId) => this.otherRolloutOf(nodeId),
      registeredSince: (at) => [...this.fleet.nodes.values()].filter(({ createdAt }) => createdAt >= at),
      massSilence: this.massSilence,
      whyNotYet: this.whyNotYet,
      gate: this.gate,
    };
  }

  #commit(events: readonly RolloutEvent[], state: RolloutState): void {
    const look = { now: this.fleet.now, node: (id: string) => this.fleet.nodes.get(id) };
    const violations = [
      ...rolloutViolationsOfStep(this.state, events, state, look),
      ...rolloutViolations(state),
      ...this.#violationsOfHistory(events),
    ];
    if (violations.length > 0) throw new Error(violations.join('; '));
    // What is read from rows is what there was.
    this.state = events.length === 0 ? state : rolloutOf(state.header, state.nodes);
    this.#record(events);
  }

  /** Each node at most once per attempt. */
  #violationsOfHistory(events: readonly RolloutEvent[]): readonly string[] {
    const violations: string[] = [];
    for (const event of events) {
      if (event.kind !== 'RolloutNodeBegun' && event.kind !== 'RolloutNodePutBack') continue;
      const turn = `${event.nodeId}, attempt ${event.attempt}`;
      if (event.kind === 'RolloutNodePutBack') this.#begun.delete(turn);
      else if (this.#begun.has(turn)) violations.push(`${turn}, begins twice`);
      else this.#begun.add(turn);
    }
    return violations;
  }

  #record(events: readonly RolloutEvent[]): void {
    for (const event of events) this.events.push({ event, at: this.fleet.now });
  }
}
