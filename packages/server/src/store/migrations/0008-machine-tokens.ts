/** Migration 0008: tokens of machines, which take and give back slots. */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Makes the table anew: SQLite cannot change the roles that a column is held to. What was in it stays. */
export async function allowMachineTokens(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema
    .createTable('tokens_with_machines')
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('api', 'join', 'session')`))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.check(sql`role in ('viewer', 'operator', 'admin', 'machine')`))
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
  const columns = sql.raw(
    'id, kind, name, hash, role, created_at, expires_at, revoked_at, selector, node_type, uses_max, uses, idle_ms, created_by, last_used_at',
  );
  await sql`insert into tokens_with_machines (${columns}) select ${columns} from tokens`.execute(kysely);
  await kysely.schema.dropTable('tokens').execute();
  await kysely.schema.alterTable('tokens_with_machines').renameTo('tokens').execute();
}
