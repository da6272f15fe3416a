/** Migration 0011: what servers of one store share about logins. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the tables: codes that are used once, at whichever server, and secrets that keys are derived from. */
export async function createSharedSecrets(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('one_time_codes')
    .addColumn('hash', types.id, (column) => column.primaryKey().notNull())
    .addColumn('purpose', types.id, (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .execute();
  await kysely.schema
    .createTable('shared_secrets')
    .addColumn('name', types.id, (column) => column.primaryKey().notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .execute();
}
