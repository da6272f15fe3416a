/** Migration 0007: budgets, and who holds a slot in which. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the tables. The id of a slot is its group and its holder. */
export async function createBudgets(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('budgets')
    .addColumn('name', types.id, (column) => column.primaryKey().notNull())
    .addColumn('selector', 'text')
    .addColumn('max_unavailable', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('updated_at', types.integer, (column) => column.notNull())
    .addColumn('revision', types.integer, (column) => column.notNull())
    .execute();
  await kysely.schema
    .createTable('slots')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('group_name', types.id, (column) => column.notNull())
    .addColumn('holder_id', types.id, (column) => column.notNull())
    .addColumn('taken_at', types.integer, (column) => column.notNull())
    .addColumn('taken_by', 'text', (column) => column.notNull())
    .addColumn('node_id', types.id)
    .execute();
}
