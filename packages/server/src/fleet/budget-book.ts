/** Every budget with its arithmetic, as committed, or as a batch in the making would leave it. */
import { NODE_IDS_OF_PROBLEM_MAX, type Problem } from '@sluice/contract';
import {
  type FullBudget,
  type NodeState,
  noPlaceLeft,
  type PlaceTaken,
  PLACES_NAMED_MAX,
  type Standing,
  standingOf,
  whyUnavailable,
} from '@sluice/core';
import type { BudgetChange, SlotChange, StoredBudget, StoredSlot } from '../store/budget-store.ts';
import { BudgetLedger } from './budget-ledger.ts';

/** A budget as the fleet keeps it. */
export type FleetBudget = StoredBudget;

/** A slot as the fleet keeps it. */
export type FleetSlot = StoredSlot;

/** What a decision needs to know of budgets and slots. */
export interface KnownBudgets {
  readonly size: number;
  readonly get: (name: string) => StoredBudget | undefined;
  /** `undefined`: there is no such budget. */
  readonly standingOf: (name: string) => Standing | undefined;
  /** The arithmetic of all, by name. */
  readonly standings: () => readonly Standing[];
  /** Whether a budget is for a node. */
  readonly isFor: (name: string, nodeId: string) => boolean;
  /** Whether a node, or the holder of a slot, has a place in a budget and so takes no further one. */
  readonly hasPlace: (name: string, id: string) => boolean;
  /** Who takes places in a budget and why, so many at most. */
  readonly takenIn: (name: string, max: number) => readonly PlaceTaken[];
  readonly slot: (name: string, holderId: string) => StoredSlot | undefined;
  readonly slotsOf: (name: string) => readonly StoredSlot[];
  /**
   * Why nobody can take a slot of a budget now; `null`: they can, or have it, or are an unavailable node of it, which takes no
   * further place.
   * @param holderId The holder; where it is a node that is known by another id, that one.
   */
  readonly whyNoSlot: (name: string, holderId: string) => Problem | null;
}

/** The nodes that budgets are about. */
export interface CountedNodes {
  readonly stateOf: (nodeId: string) => NodeState | null;
  readonly all: () => Iterable<NodeState>;
}

/** What a commit changes of budgets. */
export interface BudgetChanges {
  readonly budgets?: readonly BudgetChange[];
  readonly slots?: readonly SlotChange[];
}

/** Why a place is taken by somebody who is no unavailable node. */
export const HOLDS_A_SLOT = 'holds a slot';

const NOT_YET = 'Ask again when one of them is back.';

export class BudgetBook implements KnownBudgets {
  readonly #nodes: CountedNodes;
  readonly #ledger: BudgetLedger;
  readonly #listeners = new Set<() => void>();

  constructor(nodes: CountedNodes, ledger = new BudgetLedger()) {
    this.#nodes = nodes;
    this.#ledger = ledger;
  }

  /** The same, as a batch in the making leaves it; what changes there changes nothing here. */
  draft(nodes: CountedNodes): BudgetBook {
    return new BudgetBook(nodes, new BudgetLedger(this.#ledger));
  }

  get(name: string): StoredBudget | undefined {
    return this.#ledger.budget(name);
  }

  get size(): number {
    let size = 0;
    for (const _ of this.#ledger.budgets()) size += 1;
    return size;
  }

  /** By name. */
  all(): readonly StoredBudget[] {
    return [...this.#ledger.budgets()].toSorted(byName);
  }

  /** The arithmetic of all budgets, by name. Costs nothing that grows with the fleet. */
  standings(): readonly Standing[] {
    return this.all().map((budget) => this.#standing(budget));
  }

  standingOf(name: string): Standing | undefined {
    const budget = this.get(name);
    return budget === undefined ? undefined : this.#standing(budget);
  }

  /** Whether a budget is for a node. */
  isFor(name: string, nodeId: string): boolean {
    return this.#ledger.isFor(name, nodeId);
  }

  hasPlace(name: string, id: string): boolean {
    return this.#ledger.hasPlace(name, id);
  }

  /** The budgets that are for a node, by name. */
  standingsFor(nodeId: string): readonly Standing[] {
    const found = [...this.#ledger.budgets()].filter(({ name }) => this.isFor(name, nodeId));
    return found.toSorted(byName).map((budget) => this.#standing(budget));
  }

  /**
   * The budgets that would refuse now to let a node become unavailable, by name, and who has their places. Empty also where the
   * node is unavailable already, and so would take no further place.
   */
  fullFor(nodeId: string): readonly FullBudget[] {
    const full: FullBudget[] = [];
    for (const budget of this.#ledger.budgets()) {
      if (!this.#ledger.isFor(budget.name, nodeId) || this.hasPlace(budget.name, nodeId)) continue;
      const standing = this.#standing(budget);
      if (standing.left === 0) full.push(this.#named(standing));
    }
    return full.toSorted(byName);
  }

  /** Who takes places in a budget and why, nodes before others. @param max So many at most. */
  takenIn(name: string, max: number): readonly PlaceTaken[] {
    return this.#ledger.takenBy(name, max).map((id) => this.#placeTaken(id));
  }

  slot(name: string, holderId: string): StoredSlot | undefined {
    return this.#ledger.slot(name, holderId);
  }

  slotsOf(name: string): readonly StoredSlot[] {
    return this.#ledger.slots(name);
  }

  whyNoSlot(name: string, holderId: string): Problem | null {
    const budget = this.get(name);
    if (budget === undefined)
      return { code: 'budget-not-found', detail: `There is no budget '${name.slice(0, 100)}'.` };
    if (this.hasPlace(name, holderId)) return null;
    const standing = this.#standing(budget);
    return standing.left > 0 ? null : noPlaceLeft(this.#named(standing), NOT_YET);
  }

  /** A node has changed. @param before `null`: it is new. @param after `null`: it has left. */
  nodeChanged(before: NodeState | null, after: NodeState | null): void {
    if (this.#ledger.nodeChanged(before, after)) this.#tell();
  }

  /** Takes over what was decided, or committed, and tells who listens. */
  apply({ budgets = [], slots = [] }: BudgetChanges): void {
    for (const { name, budget } of budgets) {
      if (budget === null) this.#ledger.removeBudget(name);
      else this.#ledger.setBudget(budget, this.#nodes.all());
    }
    for (const { groupName, holderId, slot } of slots) this.#ledger.setSlot(groupName, holderId, slot);
    if (budgets.length + slots.length > 0) this.#tell();
  }

  /**
   * Calls whenever the arithmetic of a budget may be another: it was set or removed, a slot taken or freed, or one of its nodes has
   * become unavailable, is available again, came or left. @returns What ends it.
   */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #standing(budget: StoredBudget): Standing {
    const { matching, unavailable } = this.#ledger.count(budget.name) ?? { matching: 0, unavailable: 0 };
    return standingOf(budget, matching, unavailable);
  }

  #named(standing: Standing): FullBudget {
    const takenIds = this.#ledger.takenBy(standing.name, NODE_IDS_OF_PROBLEM_MAX);
    return { ...standing, takenIds, taken: takenIds.slice(0, PLACES_NAMED_MAX).map((id) => this.#placeTaken(id)) };
  }

  #placeTaken(id: string): PlaceTaken {
    const state = this.#nodes.stateOf(id);
    return { id, because: (state === null ? null : whyUnavailable(state)) ?? HOLDS_A_SLOT };
  }
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}
