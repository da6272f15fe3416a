/** Migration 0004: tokens have a scope, a number of uses, and a time of last use; browser sessions are tokens too. */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the table anew: SQLite cannot change the kinds that a column is held to. What was in it stays. */
export async function extendTokens(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('extended_tokens')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('api', 'join', 'session')`))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.check(sql`role in ('viewer', 'operator', 'admin')`))
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer)
    .addColumn('revoked_at', types.integer)
    .addColumn('selector', 'text')
    .addColumn('node_type', 'text')
    .addColumn('uses_max', types.integer)
    .addColumn('uses', types.integer, (column) => column.notNull())
    .addColumn('idle_ms', types.integer)
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('last_used_at', types.integer)
    .execute();
  await sql`insert into extended_tokens (id, kind, name, hash, role, created_at, expires_at, revoked_at, uses, created_by)
    select id, kind, name, hash, role, created_at, expires_at, revoked_at, 0, 'server' from tokens`.execute(kysely);
  await kysely.schema.dropTable('tokens').execute();
  await kysely.schema.alterTable('extended_tokens').renameTo('tokens').execute();
}
