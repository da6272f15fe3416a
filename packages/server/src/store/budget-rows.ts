/** `BudgetStore` by single statements, written once for every dialect, and the rows that a commit writes. */
import type { Kysely, Selectable } from 'kysely';
import type { BudgetStore, StoredBudget, StoredSlot } from './budget-store.ts';
import type { Doing } from './doing.ts';
import type { BudgetsTable, Schema, SlotsTable } from './schema.ts';

/** See `BudgetStore` for what each verb promises. */
export class BudgetRows implements BudgetStore {
  readonly #kysely: Kysely<Schema>;
  readonly #doing: Doing;

  constructor(kysely: Kysely<Schema>, doing: Doing) {
    this.#kysely = kysely;
    this.#doing = doing;
  }

  all(): Promise<readonly StoredBudget[]> {
    return this.#doing('reading budgets from the store', async () => {
      const rows = await this.#kysely.selectFrom('budgets').selectAll().orderBy('name').execute();
      return rows.map(budgetOfRow);
    });
  }

  slots(): Promise<readonly StoredSlot[]> {
    return this.#doing('reading slots from the store', async () => {
      const rows = await this.#kysely
        .selectFrom('slots')
        .selectAll()
        .orderBy('group_name')
        .orderBy('holder_id')
        .execute();
      return rows.map(slotOfRow);
    });
  }
}

/** The row that a commit writes of a budget. */
export function rowOfBudget(budget: StoredBudget): BudgetsTable {
  return {
    name: budget.name,
    selector: budget.selector,
    max_unavailable: String(budget.maxUnavailable),
    description: budget.description,
    created_by: budget.createdBy,
    created_at: budget.createdAt,
    updated_at: budget.updatedAt,
    revision: budget.revision,
  };
}

/** The row that a commit writes of a slot. */
export function rowOfSlot(slot: StoredSlot): SlotsTable {
  return {
    id: slotId(slot),
    group_name: slot.groupName,
    holder_id: slot.holderId,
    taken_at: slot.takenAt,
    taken_by: slot.takenBy,
    node_id: slot.nodeId,
  };
}

/** One holder has one slot of a group at most. No name of a budget has a slash in it. */
export function slotId({ groupName, holderId }: Pick<StoredSlot, 'groupName' | 'holderId'>): string {
  return `${groupName}/${holderId}`;
}

export function budgetOfRow(row: Selectable<BudgetsTable>): StoredBudget {
  return {
    name: row.name,
    selector: row.selector,
    maxUnavailable: row.max_unavailable.endsWith('%') ? row.max_unavailable : Number(row.max_unavailable),
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  };
}

export function slotOfRow(row: Selectable<SlotsTable>): StoredSlot {
  return {
    groupName: row.group_name,
    holderId: row.holder_id,
    takenAt: row.taken_at,
    takenBy: row.taken_by,
    nodeId: row.node_id,
  };
}
