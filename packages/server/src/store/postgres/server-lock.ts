/** The lock that lets only one server process write a database; PostgreSQL releases it when the session that holds it ends, however it ends. */
import type { PostgresSession } from './postgres-session.ts';
import { RefusedError } from './unavailable-reason.ts';

/** Marks our locks among those of other programs in the same database ("SLUC"). */
const LOCK_CLASS = 0x534c5543;

/** One lock for each schema, so that fleets in schemas of their own share a database in peace. */
const lockedSchema = `(select oid::int4 from pg_catalog.pg_namespace where nspname = current_schema())`;

/** Who holds the lock, as far as PostgreSQL tells. */
export interface LockHolder {
  readonly processId: number;
  /** The name that its session gave itself. */
  readonly applicationName: string;
  /** `null`: on the same machine as PostgreSQL, or not for our eyes. */
  readonly address: string | null;
  /** ISO 8601; `null`: not for our eyes. */
  readonly since: string | null;
}

export type LockTaken = { readonly ok: true } | { readonly ok: false; readonly holder: LockHolder | null };

/**
 * Takes the lock for as long as the session lasts. Whoever gets it knows that the session which had it before is over, and
 * that its last transaction is decided.
 * @throws RefusedError when there is no schema to lock.
 * @returns Not ok: another session has it; `holder` is `null` when that one let go of it in between.
 */
export async function takeServerLock(session: PostgresSession): Promise<LockTaken> {
  const taken = await session.query<{ taken: boolean | null }>({
    text: `select pg_try_advisory_lock(${LOCK_CLASS}, ${lockedSchema}) as taken`,
  });
  const [answer] = taken.rows;
  if (answer?.taken === true) return { ok: true };
  if (answer?.taken === null) {
    throw new RefusedError(
      'No schema of the database can be used: those of the search_path do not exist, or this user may not use them. ' +
        'Make one (CREATE SCHEMA), or grant its use (GRANT USAGE, CREATE ON SCHEMA).',
    );
  }
  const holders = await session.query<{
    process_id: number;
    application_name: string | null;
    address: string | null;
    since: string | null;
  }>({
    text: `select activity.pid as process_id, activity.application_name, host(activity.client_addr) as address,
             to_char(activity.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
           from pg_catalog.pg_locks held join pg_catalog.pg_stat_activity activity on activity.pid = held.pid
           where held.locktype = 'advisory' and held.granted and held.classid = ${LOCK_CLASS}
             and held.objid::int4 = ${lockedSchema} and held.objsubid = 2
             and held.database = (select oid from pg_catalog.pg_database where datname = current_database())`,
  });
  const [row] = holders.rows;
  if (row === undefined) return { ok: false, holder: null };
  return {
    ok: false,
    holder: {
      processId: row.process_id,
      applicationName: row.application_name ?? '',
      address: row.address,
      since: row.since,
    },
  };
}

/**
 * Ends a session of our own that PostgreSQL still believes in, after the connection to it was lost. Its transaction is
 * rolled back, unless it was committed already.
 */
export async function endSession(session: PostgresSession, processId: number): Promise<void> {
  await session.query({ text: 'select pg_terminate_backend($1)' }, [processId]);
}

/** Such as `sluice server web-1 (process 4711), from 10.0.0.5, since 2026-11-23T18:05:00Z`. */
export function describeHolder({ applicationName, address, since, processId }: LockHolder): string {
  const parts = [
    applicationName === '' ? `a session with the process id ${processId}` : applicationName,
    ...(address === null ? [] : [`from ${address}`]),
    ...(since === null ? [] : [`since ${since}`]),
  ];
  return parts.join(', ');
}
