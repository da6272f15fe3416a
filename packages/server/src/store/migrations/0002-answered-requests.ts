/** Migration 0002: what requests with an `Idempotency-Key` were answered with. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the table. */
export async function createAnsweredRequests(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('answered_requests')
    .addColumn('key', types.id, (column) => column.primaryKey().notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('operation_id', types.id, (column) => column.notNull())
    .addColumn('answered_at', types.integer, (column) => column.notNull())
    .execute();
  await kysely.schema
    .createIndex('answered_requests_by_age')
    .on('answered_requests')
    .columns(['answered_at'])
    .execute();
}
