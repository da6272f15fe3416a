/** What the store keeps of budgets: what each says, and who holds a slot in which. A commit writes them; these verbs read. */

/** How many nodes of a group may be unavailable at once. */
export interface StoredBudget {
  readonly name: string;
  /** `null`: all nodes. */
  readonly selector: string | null;
  /** A number of nodes, or a share such as `25%`. */
  readonly maxUnavailable: number | string;
  readonly description: string | null;
  readonly createdBy: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with every change. */
  readonly revision: number;
}

/** A place in a budget that somebody holds until they give it back: a machine that reboots, a program that must not run twice. */
export interface StoredSlot {
  /** Of the budget. */
  readonly groupName: string;
  /** Who holds it, as they call themselves; once in each group. */
  readonly holderId: string;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** Who asked for it. */
  readonly takenBy: string;
  /** The node that the holder is; `null`: it is none that is known by another id. */
  readonly nodeId: string | null;
}

/** What becomes of a budget in a commit: it is as `budget` says from now on; `null`: it is removed. */
export interface BudgetChange {
  readonly name: string;
  readonly budget: StoredBudget | null;
}

/** What becomes of a slot in a commit; `null`: it is free. */
export interface SlotChange {
  readonly groupName: string;
  readonly holderId: string;
  readonly slot: StoredSlot | null;
}

/** Every verb throws a `StoreUnavailableError` when the store cannot be reached or used now. */
export interface BudgetStore {
  /** All budgets, by name (by code point). */
  all(): Promise<readonly StoredBudget[]>;

  /** All slots that are held, by group and holder (by code point). */
  slots(): Promise<readonly StoredSlot[]>;
}
