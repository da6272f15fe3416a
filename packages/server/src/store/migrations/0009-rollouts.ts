/** Migration 0009: rollouts, and what has become of each of their nodes. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the tables. A node of a rollout is a row of its own: a step writes what it changed, not thousands of nodes. */
export async function createRollouts(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('rollouts')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('ended_at', types.integer)
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema.createIndex('rollouts_by_creation').on('rollouts').columns(['created_at', 'id']).execute();
  await kysely.schema
    .createTable('rollout_nodes')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('rollout_id', types.id, (column) => column.notNull())
    .addColumn('position', types.integer, (column) => column.notNull())
    .addColumn('node_id', types.id, (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema
    .createIndex('rollout_nodes_by_position')
    .on('rollout_nodes')
    .columns(['rollout_id', 'position'])
    .execute();
}
