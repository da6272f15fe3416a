/** Makes sure that a database can be ours before anything is written to it, and makes or updates the tables. */
import { Kysely, Migrator } from 'kysely';
import { sql } from 'kysely';
import type { ColumnTypes } from '../migrations/column-types.ts';
import { isAdditive, migrationsFor } from '../migrations/migrations.ts';
import type { PostgresAddress } from './postgres-address.ts';
import type { PostgresSession } from './postgres-session.ts';
import { readingDialect } from './reading-pool.ts';
import { withTablesLock } from './server-lock.ts';
import { RefusedError, unavailableReason } from './unavailable-reason.ts';

/** The oldest PostgreSQL that is still maintained by its makers; 13 is the first whose session settings are all those of ours. */
const SERVER_VERSION_MIN = 13;

/** Milliseconds for one step of an update of the tables: rewriting a large one may take minutes. */
const MIGRATION_MS_MAX = 600_000;

/** Ordered and compared by code point, whatever language the database is set to. */
const columnTypes: ColumnTypes = { integer: 'bigint', id: sql`text collate "C"` };

/** The tables of a store. */
export const TABLES: readonly string[] = [
  'nodes',
  'node_last_seen',
  'events',
  'event_sequence',
  'operations',
  'tokens',
  'answered_requests',
  'webhooks',
  'webhook_progress',
  'dead_letters',
  'budgets',
  'slots',
  'rollouts',
  'rollout_nodes',
  'commits',
  'replicas',
  'live_values',
  'one_time_codes',
  'shared_secrets',
];

/** @throws RefusedError, or what the driver threw. */
export async function prepareDatabase(
  session: PostgresSession,
  address: PostgresAddress,
  applicationName: string,
): Promise<{ readonly warnings: readonly string[] }> {
  const warnings = await checkServer(session, address);
  await withTablesLock(session, async () => {
    const pending = await pendingMigrations(session, address);
    if (pending) await migrate(session, address, applicationName);
    await makeEventsAppendOnly(session);
  });
  return { warnings };
}

async function checkServer(session: PostgresSession, { shown }: PostgresAddress): Promise<readonly string[]> {
  const { rows } = await session.query<{
    version: number;
    version_text: string;
    encoding: string;
    is_standby: boolean;
    fsync: string;
  }>({
    text: `select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
             current_setting('server_encoding') as encoding, pg_is_in_recovery() as is_standby,
             current_setting('fsync') as fsync`,
  });
  const [server] = rows;
  if (server === undefined) throw new Error('asking PostgreSQL what it is: it gave no answer');
  if (server.version < SERVER_VERSION_MIN * 10_000) {
    throw new RefusedError(
      `The ${shown} is on PostgreSQL ${server.version_text}; sluice needs PostgreSQL ${SERVER_VERSION_MIN} or newer. Update it.`,
    );
  }
  if (server.encoding !== 'UTF8') {
    throw new RefusedError(
      `The ${shown} has the encoding ${server.encoding}, which cannot keep every name. ` +
        'Make one with the encoding UTF8: createdb --encoding=UTF8 --template=template0 NAME',
    );
  }
  if (server.is_standby)
    throw new RefusedError(`The ${shown} is a standby, which is read-only. Give the address of the primary server.`);
  return server.fsync === 'on'
    ? []
    : [
        'PostgreSQL runs with fsync off: what was acknowledged is lost when its machine fails. Set fsync = on, except for tests.',
      ];
}

/** @returns Whether tables are to be made or updated. */
async function pendingMigrations(session: PostgresSession, { shown }: PostgresAddress): Promise<boolean> {
  const { rows } = await session.query<{ name: string; schema: string }>({
    text: `select relname as name, nspname as schema
           from pg_catalog.pg_class join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
           where nspname = current_schema() and relkind in ('r', 'p', 'v', 'm', 'f')`,
  });
  const present = new Set(rows.map(({ name }) => name));
  const applied = present.has('kysely_migration')
    ? (await session.query<{ name: string }>({ text: 'select name from kysely_migration order by name' })).rows
    : [];
  const known = Object.keys(migrationsFor(columnTypes));
  const areOurs = applied.some(({ name }) => name === known[0]);
  const [foreign] = areOurs ? [] : [...applied.map(({ name }) => name), ...TABLES.filter((name) => present.has(name))];
  if (foreign !== undefined) {
    throw new RefusedError(
      `The ${shown} holds tables of another program (such as '${foreign}') in the schema '${rows[0]?.schema ?? ''}'. ` +
        'Give sluice a database, or a schema (by the search_path of its user), of its own.',
    );
  }
  const unknown = applied.find(({ name }) => !known.includes(name) && !isAdditive(name));
  if (unknown !== undefined) {
    throw new RefusedError(
      `The ${shown} was written by a newer version of sluice (it has the migration '${unknown.name}'). ` +
        'Start that version or a later one, or restore a backup that this version made.',
    );
  }
  return known.some((name) => !applied.some((one) => one.name === name));
}

/** All that are pending in one transaction, so that a crash leaves the old tables whole. */
async function migrate(session: PostgresSession, address: PostgresAddress, applicationName: string): Promise<void> {
  const { rows } = await session.query<{ schema: string }>({ text: 'select current_schema() as schema' });
  const kysely = new Kysely<unknown>({
    dialect: readingDialect({ address, applicationName, statementMsMax: MIGRATION_MS_MAX }),
  });
  try {
    const migrator = new Migrator({
      db: kysely,
      provider: { getMigrations: () => Promise.resolve(migrationsFor(columnTypes)) },
      // Without it, a migration table in another schema would be taken for ours.
      migrationTableSchema: rows[0]?.schema ?? 'public',
    });
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    const reason = unavailableReason(error, address);
    throw new RefusedError(
      `The tables of the ${address.shown} cannot be made or brought up to date; they are as they were before. ` +
        (reason ?? 'Start the version of sluice that wrote them, and report this.'),
      { cause: error },
    );
  } finally {
    await kysely.destroy();
  }
}

/** No verb changes an event; this holds whoever else opens the database, and our own later code, to it. Deleting is left to retention. */
async function makeEventsAppendOnly(session: PostgresSession): Promise<void> {
  const { rows } = await session.query<{ count: number }>({
    text: `select count(*) as count from pg_catalog.pg_trigger
           where tgrelid = 'events'::regclass and tgname = 'events_are_append_only'`,
  });
  if (rows[0]?.count === 1) return;
  await session.query({
    text: `create or replace function events_are_append_only() returns trigger language plpgsql as
           $$ begin raise exception 'events are append-only'; end $$`,
  });
  await session.query({
    text: `create trigger events_are_append_only before update on events
           for each row execute function events_are_append_only()`,
  });
}
