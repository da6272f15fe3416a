/** Migration 0006: webhooks, how far each has come, and what could not be delivered. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the tables. How far a webhook has come is written far more often than what it is, and beside it. */
export async function createWebhooks(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('webhooks')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('previous_secret', 'text')
    .addColumn('previous_secret_until', types.integer)
    .addColumn('kinds', 'text')
    .addColumn('node_id', types.id)
    .addColumn('selector', 'text')
    .addColumn('is_enabled', types.integer, (column) => column.notNull())
    .addColumn('disabled_because', 'text')
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('starts_after', types.integer, (column) => column.notNull())
    .execute();
  await kysely.schema
    .createTable('webhook_progress')
    .addColumn('webhook_id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('sequence', types.integer, (column) => column.notNull())
    .addColumn('attempts', types.integer, (column) => column.notNull())
    .addColumn('next_attempt_at', types.integer)
    .addColumn('failing_since', types.integer)
    .addColumn('problem', 'text')
    .addColumn('delivered_at', types.integer)
    .addColumn('missed', types.integer, (column) => column.notNull())
    .addColumn('dropped', types.integer, (column) => column.notNull())
    .execute();
  await kysely.schema
    .createTable('dead_letters')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('webhook_id', types.id, (column) => column.notNull())
    .addColumn('sequence', types.integer, (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('node_id', types.id, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('attempts', types.integer, (column) => column.notNull())
    .addColumn('failed_at', types.integer, (column) => column.notNull())
    .addColumn('problem', 'text', (column) => column.notNull())
    .execute();
  await kysely.schema
    .createIndex('dead_letters_by_webhook')
    .on('dead_letters')
    .columns(['webhook_id', 'sequence'])
    .execute();
}
