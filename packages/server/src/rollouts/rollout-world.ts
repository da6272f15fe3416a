/** What a rollout sees of the world: nodes, budgets, other rollouts, and who joined. */
import type { BudgetPlaces, GateResult, NodeState, RolloutView } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';
import type { CountedBudget } from './counted-budgets.ts';
import type { JoinedNodes } from './joined-nodes.ts';
import type { UnheardNodes } from './unheard-nodes.ts';

export interface RolloutWorldOptions {
  readonly fleet: Pick<Fleet, 'node'>;
  readonly joined: JoinedNodes;
  /** All budgets, counted now. */
  readonly budgets: () => readonly CountedBudget[];
  /** The rollout that has a node in its hands, other than this one; `null`: none has. */
  readonly holderOf: (nodeId: string, exceptId: string) => string | null;
  /** Nodes of which nothing is known yet since the start of this server. */
  readonly unheard: Pick<UnheardNodes, 'has' | 'whyNotYet'>;
  /** Many nodes fell silent together; `null`: they did not. */
  readonly massSilence: () => string | null;
}

export class RolloutWorld {
  readonly #options: RolloutWorldOptions;

  constructor(options: RolloutWorldOptions) {
    this.#options = options;
  }

  /** Whether nothing is known of a node yet since the start of this server. */
  isUnheard(nodeId: string): boolean {
    return this.#options.unheard.has(nodeId);
  }

  /** The world at this moment, for one step of a rollout. */
  view(id: string, endedOperation: RolloutView['endedOperation'], gate: GateResult | null): RolloutView {
    const { fleet, joined, budgets, holderOf, unheard, massSilence } = this.#options;
    let counted: readonly { readonly budget: CountedBudget; readonly places: BudgetPlaces }[] | null = null;
    return {
      node: (nodeId) => fleet.node(nodeId)?.state,
      endedOperation,
      budgetsOf: (node) => {
        counted ??= budgets().map((budget) => ({ budget, places: placesOf(budget) }));
        return counted.flatMap(({ budget, places }) => (budget.matches(node) ? [places] : []));
      },
      otherRolloutOf: (nodeId) => holderOf(nodeId, id),
      registeredSince: (at) => registeredSince(joined, fleet, at),
      whyNotYet: unheard.whyNotYet(),
      massSilence: massSilence(),
      gate,
    };
  }
}

function placesOf({ name, left, inWords }: CountedBudget): BudgetPlaces {
  return { name, placesLeft: left, inWords };
}

function* registeredSince(joined: JoinedNodes, fleet: Pick<Fleet, 'node'>, at: number): Iterable<NodeState> {
  for (const nodeId of joined.since(at)) {
    const state = fleet.node(nodeId)?.state;
    if (state !== undefined) yield state;
  }
}
