/** Plans of rollouts: what the core makes of the fleet as it is now, and the hash by which a start names the plan that was shown. */
import { createHash } from 'node:crypto';
import type { DeclaredCommand, Json, Problem, RolloutPlan, RolloutSpec } from '@sluice/contract';
import {
  type Clock,
  type DurationHistory,
  type NormalSpec,
  normaliseSpec,
  type PlannedRollout,
  planRollout,
  type PlanView,
  type Result,
  type RolloutHeader,
} from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';
import type { CountedBudget } from './counted-budgets.ts';
import type { Durations, DurationsOfCommand } from './durations.ts';
import { ShownPlans } from './shown-plans.ts';

type Params = Readonly<Record<string, Json>>;

export interface RolloutPlansOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly durations: Durations;
  readonly budgets: (isNamed: (nodeId: string) => boolean) => readonly CountedBudget[];
  /** The rollout that has a node in its hands; `null`: none has. */
  readonly holderOf: (nodeId: string) => string | null;
  /** The server's own deadline of drains that name none; `null`: it has none. */
  readonly defaultDrainTimeoutMs: number | null;
  /** Checks parameters of a declared command by what nodes declare. */
  readonly parametersCheck: (params: Params) => (declared: DeclaredCommand) => Result<Params>;
}

/** A plan, and what a start of it takes. */
export interface MadePlan {
  readonly plan: RolloutPlan;
  /** In the order of their turns. */
  readonly nodeIds: readonly string[];
  readonly spec: NormalSpec;
}

export class RolloutPlans {
  readonly #options: RolloutPlansOptions;
  readonly #shown = new ShownPlans();

  constructor(options: RolloutPlansOptions) {
    this.#options = options;
  }

  /** What it would do now. @param isNamed Which nodes exist for whoever asks. */
  async show(spec: RolloutSpec, isNamed: (nodeId: string) => boolean): Promise<Result<MadePlan>> {
    const made = await this.#make(spec, isNamed);
    if (!made.ok) return made;
    const { planned, hash, budgets } = made.value;
    this.#shown.keep(hash, planned, budgets);
    return { ok: true, value: madePlan(made.value) };
  }

  /** The same for its start. @param planHash Of the plan that it must still be; absent: whatever it is. */
  async confirm(spec: RolloutSpec, planHash: string | undefined): Promise<Result<MadePlan>> {
    const made = await this.#make(spec, () => false);
    if (!made.ok || planHash === undefined || planHash === made.value.hash)
      return made.ok ? { ok: true, value: madePlan(made.value) } : made;
    const { planned, budgets } = made.value;
    const detail = `${this.#shown.whatChanged(planHash, planned, budgets)} Nothing was begun.`;
    return { ok: false, problem: { code: 'rollout-plan-changed', field: 'planHash', detail } };
  }

  /** Whether this is what a rollout was asked for with. */
  isFor(spec: RolloutSpec, header: Pick<RolloutHeader, 'spec'>): boolean {
    const normal = this.#normalise(spec);
    return normal.ok && JSON.stringify(normal.value) === JSON.stringify(header.spec);
  }

  #normalise(spec: RolloutSpec): Result<NormalSpec> {
    return normaliseSpec(spec, { drainTimeoutMs: this.#options.defaultDrainTimeoutMs });
  }

  async #make(spec: RolloutSpec, isNamed: (nodeId: string) => boolean): Promise<Result<Made>> {
    const { fleet, clock, durations, holderOf } = this.#options;
    const normal = this.#normalise(spec);
    if (!normal.ok) return normal;
    const history = await durations.byCommand();
    const budgets = this.#options.budgets(isNamed);
    const view: PlanView = {
      now: clock.now(),
      nodes: () => fleet.nodes().map(({ state }) => state),
      node: (nodeId) => fleet.node(nodeId)?.state,
      sessionsOf: (nodeId) => fleet.node(nodeId)?.load.sessions ?? null,
      budgets,
      otherRolloutOf: holderOf,
      history: {
        drain: historyOf(history.get('drain')),
        command: historyOf(history.get(nameOf(spec.command))),
      },
    };
    const planned = planRollout(normal.value, view);
    if (!planned.ok) return planned;
    const unfit = this.#whyUnfit(planned.value);
    if (unfit !== null) return { ok: false, problem: unfit };
    const hash = createHash('sha256').update(planned.value.canonical).digest('hex');
    const definitions = new Map(
      budgets
        .filter(({ name }) => planned.value.plan.budgets.some((each) => each.name === name))
        .map(({ name, definition }) => [name, definition]),
    );
    return { ok: true, value: { planned: planned.value, spec: normal.value, hash, budgets: definitions } };
  }

  /** Parameters must be as each node declares them: better said now than when half of the fleet has had its turn. */
  #whyUnfit({ plan, nodeIds }: PlannedRollout): Problem | null {
    const { command } = plan.spec;
    if (command.kind !== 'run') return null;
    const check = this.#options.parametersCheck(command.params ?? {});
    for (const nodeId of nodeIds) {
      const declared = this.#options.fleet.node(nodeId)?.state.commands.find(({ name }) => name === command.name);
      const checked = declared === undefined ? null : check(declared);
      if (checked?.ok === false)
        return { ...checked.problem, detail: `For the node ${nodeId}: ${checked.problem.detail}` };
    }
    return null;
  }
}

interface Made {
  readonly planned: PlannedRollout;
  readonly spec: NormalSpec;
  readonly hash: string;
  /** Of each budget that plays a part its definition. */
  readonly budgets: ReadonlyMap<string, string>;
}

function madePlan({ planned: { plan, nodeIds }, spec, hash }: Made): MadePlan {
  return { plan: { ...plan, planHash: hash }, nodeIds, spec };
}

function historyOf(durations: DurationsOfCommand | undefined): DurationHistory | null {
  if (durations === undefined) return null;
  const { count, medianMs, p90Ms } = durations;
  return { samples: count, medianMs, p90Ms };
}

/** As operations are named. */
function nameOf(command: RolloutSpec['command']): string {
  return command.kind === 'run' ? command.name : command.kind;
}
