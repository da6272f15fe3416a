/** Migration 0010: what several servers on one database follow each other by. On SQLite, which one server has, the tables stay empty. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the tables: who is there, which rows each of the last commits has written, and what is measured and not recorded. */
export async function createReplicas(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('commits')
    .addColumn('number', types.integer, (column) => column.primaryKey().notNull())
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('previous_id', types.id)
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('last_sequence', types.integer, (column) => column.notNull())
    .addColumn('changed', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema.createIndex('commits_by_id').on('commits').column('id').execute();
  await kysely.schema
    .createTable('replicas')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('beat', types.integer, (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema
    .createTable('live_values')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('written_at', types.integer, (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema.createIndex('live_values_by_time').on('live_values').column('written_at').execute();
}
