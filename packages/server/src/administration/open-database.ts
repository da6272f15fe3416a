/** Opens the database of a store for an export or an import, whichever of the two kinds it is. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { refuse, type Refusal } from '../store/refusal.ts';
import type { Schema } from '../store/schema.ts';
import { openSqlite } from '../store/sqlite/open-sqlite.ts';
import { DATABASE_FILE, ownershipOf } from '../store/sqlite/our-database.ts';
import { unavailableReason } from '../store/sqlite/unavailable-reason.ts';
import { knownMigrations } from './archive/archive-format.ts';
import type { StoreLocation } from './store-location.ts';

/** Milliseconds that a statement waits for a program that has the SQLite database locked for itself, which only a recovery does. */
const BUSY_TIMEOUT_MS = 5000;

export interface OpenDatabase {
  readonly ok: true;
  readonly kysely: Kysely<Schema>;
  /** Why the database cannot be used now, in plain words; `null`: the error is something else. */
  readonly reasonOf: (error: unknown) => string | null;
  readonly close: () => Promise<void>;
}

/** Beside a server that may run on it. Refused unless it holds a store whose tables are those of this version. */
export async function openForReading(location: StoreLocation): Promise<OpenDatabase | Refusal> {
  const opened =
    location.kind === 'sqlite' ? readSqlite(location.dataDirectory) : (await postgres()).readPostgres(location.url);
  if (!opened.ok) return opened;
  let isUsable = false;
  try {
    const refused = await refuseOtherVersions(opened.kysely);
    isUsable = refused === null;
    return refused ?? opened;
  } catch (error) {
    return refuseFailed(opened.reasonOf, error);
  } finally {
    if (!isUsable) await opened.close();
  }
}

/** Alone: no server can have it meanwhile. Makes the tables when they are not there, and brings them up to date. */
export async function openForWriting(location: StoreLocation): Promise<OpenDatabase | Refusal> {
  try {
    return location.kind === 'sqlite'
      ? await writeSqlite(location.dataDirectory)
      : await (await postgres()).writePostgres(location.url);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refuse(error.message, 'Mend what it names, then do this again.');
  }
}

/** A failure of the database's world as a refusal; anything else is thrown again. */
export function refuseFailed(reasonOf: OpenDatabase['reasonOf'], error: unknown): Refusal {
  const reason = reasonOf(error);
  if (reason === null) throw error;
  return refuse(reason, 'Then do this again; nothing was changed.');
}

/** Its client is loaded only where it is wanted: these commands are loaded with every server. */
function postgres() {
  return import('./open-postgres-database.ts');
}

function readSqlite(dataDirectory: string): OpenDatabase | Refusal {
  const file = path.join(dataDirectory, DATABASE_FILE);
  if (!existsSync(file))
    return refuse(`There is no database in ${dataDirectory}.`, 'Say where the server keeps its data with --data DIR.');
  let database: Database.Database | null = null;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    const { kind } = ownershipOf(database);
    if (kind === 'empty' || kind === 'foreign') {
      database.close();
      return refuse(`${file} is no database of sluice.`, 'Give the data directory of a server with --data DIR.');
    }
  } catch (error) {
    database?.close();
    const reason = unavailableReason(error);
    if (reason === null) throw new Error(`opening ${file}`, { cause: error });
    return refuse(`${file} cannot be read. ${reason}`, 'docs/backup.md says what can be done with a damaged database.');
  }
  const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  return { ok: true, kysely, reasonOf: unavailableReason, close: () => kysely.destroy() };
}

async function refuseOtherVersions(kysely: Kysely<Schema>): Promise<Refusal | null> {
  const applied = await appliedMigrations(kysely);
  const known = knownMigrations();
  const unknown = applied.find((name) => !known.includes(name));
  if (!applied.some((name) => name === known[0]))
    return refuse('The database holds no data of sluice.', 'Give the one that a server has used.');
  if (unknown !== undefined) {
    return refuse(
      `The database was written by a newer version of sluice (it has the migration '${unknown}').`,
      'Export with that version.',
    );
  }
  if (applied.length === known.length) return null;
  return refuse(
    'The database was written by an older version of sluice.',
    'Start this version of the server on it once, which brings it up to date; then export.',
  );
}

async function appliedMigrations(kysely: Kysely<Schema>): Promise<readonly string[]> {
  const tables = await kysely.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(kysely);
  return rows.map(({ name }) => name);
}

async function writeSqlite(dataDirectory: string): Promise<OpenDatabase> {
  const { database, kysely, lock } = await openSqlite(dataDirectory);
  const close = async () => {
    await kysely.destroy();
    database.close();
    lock.release();
  };
  return { ok: true, kysely, reasonOf: unavailableReason, close };
}
