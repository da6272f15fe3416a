/** What a plan is made from: the fleet as it is now, its budgets, and how long such things took before. */
import type { RolloutPlan } from '@sluice/contract';
import type { NodeState } from '../node/node.ts';

/** A budget as plans need it. */
export interface PlannedBudget {
  readonly name: string;
  /** What it was set to, for the plan's hash; such as `["lobby","game=chess","25%"]`. */
  readonly definition: string;
  readonly allowed: number;
  /** How many of its nodes are unavailable now. */
  readonly unavailable: number;
  readonly matching: number;
  /** Its arithmetic, in one sentence; with names only of nodes that exist for whoever asks. */
  readonly inWords: () => string;
  readonly matches: (node: NodeState) => boolean;
}

/** How long operations of one command took, as this fleet's history tells. */
export interface DurationHistory {
  readonly medianMs: number;
  /** The slowest tenth took longer. */
  readonly p90Ms: number;
  /** How many operations it is told from. */
  readonly samples: number;
}

export interface PlanView {
  readonly now: number;
  readonly nodes: () => Iterable<NodeState>;
  readonly node: (nodeId: string) => NodeState | undefined;
  /** `null`: nobody counts them. */
  readonly sessionsOf: (nodeId: string) => number | null;
  readonly budgets: readonly PlannedBudget[];
  readonly otherRolloutOf: (nodeId: string) => string | null;
  /** Of drains, and of the command; `null`: there were none. */
  readonly history: { readonly drain: DurationHistory | null; readonly command: DurationHistory | null };
}

export interface PlannedRollout {
  readonly plan: Omit<RolloutPlan, 'planHash'>;
  /** The plan's hash is the SHA-256 of this text: two plans with the same text do the same. */
  readonly canonical: string;
  /** In the order of their turns: what to start it with. */
  readonly nodeIds: readonly string[];
}
