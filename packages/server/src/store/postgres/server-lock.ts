/**
 * The lock that keeps servers and whoever needs a database for itself alone (an import, an update of the tables) apart. Servers share
 * it; PostgreSQL releases it when the session that holds it ends, however it ends.
 */
import type { PostgresAddress } from './postgres-address.ts';
import type { PostgresSession } from './postgres-session.ts';
import { RefusedError } from './unavailable-reason.ts';

/** Marks our locks among those of other programs in the same database ("SLUC", and the one beside it). */
const LOCK_CLASS = 0x534c5543;
const TABLES_LOCK_CLASS = LOCK_CLASS + 1;

/** SQL: what tells a schema from others, so that fleets in schemas of their own share a database in peace. */
export const SCHEMA_ID = `(select oid::int4 from pg_catalog.pg_namespace where nspname = current_schema())`;

/** How a database is used: beside other servers, or alone. */
export type Use = 'shared' | 'alone';

/** Another session has the lock. */
export class LockedError extends RefusedError {}

/** Who holds the lock, as far as PostgreSQL tells. */
interface LockHolder {
  readonly processId: number;
  /** The name that its session gave itself. */
  readonly applicationName: string;
  /** `null`: on the same machine as PostgreSQL, or not for our eyes. */
  readonly address: string | null;
  /** ISO 8601; `null`: not for our eyes. */
  readonly since: string | null;
}

/**
 * Takes the lock for as long as the session lasts, and ends what PostgreSQL still believes to be an earlier session of this process.
 * @throws RefusedError when there is no schema to lock; LockedError when another program has the database.
 */
export async function takeServerLock(
  session: PostgresSession,
  use: Use,
  { shown }: PostgresAddress,
  applicationName: string,
): Promise<void> {
  const taking = use === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const taken = await session.query<{ taken: boolean | null }>({
    text: `select ${taking}(${LOCK_CLASS}, ${SCHEMA_ID}) as taken`,
  });
  const isTaken = taken.rows[0]?.taken;
  if (isTaken === null) {
    throw new RefusedError(
      'No schema of the database can be used: those of the search_path do not exist, or this user may not use them. ' +
        'Make one (CREATE SCHEMA), or grant its use (GRANT USAGE, CREATE ON SCHEMA).',
    );
  }
  const others = await holders(session);
  // A connection that was lost may look alive at the other end: its transaction would keep everybody waiting.
  for (const { processId, applicationName: name } of others)
    if (name === applicationName) await session.query({ text: 'select pg_terminate_backend($1)' }, [processId]);
  if (isTaken === true) return;
  const [holder] = others;
  if (holder === undefined) throw new LockedError('The lock of the database was just released; try again.');
  throw new LockedError(
    `The ${shown} is in use by ${others.length === 1 ? 'another program' : `${others.length} other programs`}: ${describeHolder(holder)}. ` +
      'Stop that one first, or give this one a database of its own with --database. If that program is gone for good, ' +
      `PostgreSQL notices within half a minute; SELECT pg_terminate_backend(${holder.processId}) ends its session at once.`,
  );
}

/** Does something that only one of several servers that start together may do at a time. */
export async function withTablesLock(session: PostgresSession, work: () => Promise<void>): Promise<void> {
  // Waited for in steps: an update of large tables takes longer than a statement may.
  for (;;) {
    const { rows } = await session.query<{ taken: boolean }>({
      text: `select pg_try_advisory_lock(${TABLES_LOCK_CLASS}, ${SCHEMA_ID}) as taken`,
    });
    if (rows[0]?.taken === true) break;
    await session.query({ text: 'select pg_sleep(0.1)' });
  }
  try {
    await work();
  } finally {
    await session.query({ text: `select pg_advisory_unlock(${TABLES_LOCK_CLASS}, ${SCHEMA_ID})` });
  }
}

/** Those that hold the lock, but for this session. */
async function holders(session: PostgresSession): Promise<readonly LockHolder[]> {
  const { rows } = await session.query<{
    process_id: number;
    application_name: string | null;
    address: string | null;
    since: string | null;
  }>({
    text: `select activity.pid as process_id, activity.application_name, host(activity.client_addr) as address,
             to_char(activity.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
           from pg_catalog.pg_locks held join pg_catalog.pg_stat_activity activity on activity.pid = held.pid
           where held.locktype = 'advisory' and held.granted and held.classid = ${LOCK_CLASS}
             and held.objid::int4 = ${SCHEMA_ID} and held.objsubid = 2 and held.pid <> pg_backend_pid()
             and held.database = (select oid from pg_catalog.pg_database where datname = current_database())
           order by activity.backend_start`,
  });
  return rows.map((row) => ({
    processId: row.process_id,
    applicationName: row.application_name ?? '',
    address: row.address,
    since: row.since,
  }));
}

/** Such as `sluice server web-1 (process 4711), from 10.0.0.5, since 2026-11-23T18:05:00Z`. */
function describeHolder({ applicationName, address, since, processId }: LockHolder): string {
  const parts = [
    applicationName === '' ? `a session with the process id ${processId}` : applicationName,
    ...(address === null ? [] : [`from ${address}`]),
    ...(since === null ? [] : [`since ${since}`]),
  ];
  return parts.join(', ');
}
