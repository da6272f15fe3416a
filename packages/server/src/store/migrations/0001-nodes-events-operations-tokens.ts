/** Migration 0001: the first tables. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the tables. Down is not offered: going back is done with a backup. */
export async function createFirstTables(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('nodes')
    .addColumn('node_id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('revision', types.integer, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .execute();

  await kysely.schema
    .createTable('node_last_seen')
    .addColumn('node_id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('last_seen_at', types.integer)
    .execute();

  await kysely.schema
    .createTable('events')
    .addColumn('sequence', types.integer, (column) => column.primaryKey().notNull())
    .addColumn('node_id', types.id, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema.createIndex('events_of_node').on('events').columns(['node_id', 'sequence']).execute();

  await kysely.schema
    .createTable('event_sequence')
    .addColumn('id', types.integer, (column) =>
      column
        .primaryKey()
        .notNull()
        .check(sql`id = 1`),
    )
    .addColumn('last_sequence', types.integer, (column) => column.notNull())
    .execute();
  await sql`insert into event_sequence (id, last_sequence) values (1, 0)`.execute(kysely);

  await kysely.schema
    .createTable('operations')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('node_id', types.id, (column) => column.notNull())
    .addColumn('command', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('ended_at', types.integer)
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema.createIndex('operations_by_age').on('operations').columns(['created_at', 'id']).execute();
  await kysely.schema
    .createIndex('operations_of_node')
    .on('operations')
    .columns(['node_id', 'created_at', 'id'])
    .execute();
  await kysely.schema
    .createIndex('operations_by_status')
    .on('operations')
    .columns(['status', 'created_at', 'id'])
    .execute();

  await kysely.schema
    .createTable('tokens')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('api', 'join')`))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.check(sql`role in ('viewer', 'operator', 'admin')`))
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer)
    .addColumn('revoked_at', types.integer)
    .execute();
}
