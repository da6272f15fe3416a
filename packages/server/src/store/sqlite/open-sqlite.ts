/** Opens the database of a data directory: makes it when it is not there, takes the lock, brings the tables up to date. */
import Database from 'better-sqlite3';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import path from 'node:path';
import { migrationsFor } from '../migrations/migrations.ts';
import type { Schema } from '../schema.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import type { DataDirectoryLock } from './data-directory-lock.ts';
import { finishRestore } from './finish-restore.ts';
import { APPLICATION_ID, columnTypes, DATABASE_FILE, ownershipOf } from './our-database.ts';
import { createPrivateDirectory, createPrivateFile } from './private-file.ts';
import { unavailableReason } from './unavailable-reason.ts';

/**
 * Milliseconds that a statement waits for another program (`sqlite3`, a backup) to let go of the database. The whole process
 * stands still meanwhile, so it is kept far below the heartbeats' interval; such programs hold the lock for a few milliseconds.
 */
const BUSY_TIMEOUT_MS = 500;

/** Bytes that the write-ahead log is cut back to after it grew beyond; its usual size is 4 to 16 MB. */
const WRITE_AHEAD_LOG_BYTES_MAX = 64 * 1024 * 1024;

export interface OpenedSqlite {
  readonly database: Database.Database;
  /** The same connection, for statements that need no transaction. */
  readonly kysely: Kysely<Schema>;
  /** Released after the database is closed. */
  readonly lock: DataDirectoryLock;
}

/**
 * Opens `sluice.db` in the directory. Throws an error whose message says which file, what is wrong and what to do, when
 * the directory cannot be made or is in use, or the file is foreign, damaged, read-only or of a newer version of Sluice.
 */
export async function openSqlite(directory: string): Promise<OpenedSqlite> {
  const file = path.join(directory, DATABASE_FILE);
  try {
    await createPrivateDirectory(directory);
  } catch (error) {
    throw new Error(
      `The data directory ${directory} cannot be made. Give one with --data that this user may write to.`,
      { cause: error },
    );
  }
  const lock = await lockDataDirectory(directory);
  let database: Database.Database | null = null;
  try {
    await finishRestore(directory);
    await createPrivateFile(file);
    database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    refuseForeign(database, file);
    // Before anything is written: what can still be saved of a damaged file is left as it is.
    refuseDamaged(database, file);
    configure(database, file);
    const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
    await migrate(database, kysely, file);
    return { database, kysely, lock };
  } catch (error) {
    database?.close();
    lock.release();
    if (error instanceof OpeningRefused) throw new Error(error.message, { cause: error });
    throw new Error(`The database ${file} cannot be opened. ${openingReason(error)}`, { cause: error });
  }
}

/** An error whose message already is for the person who starts the server. */
class OpeningRefused extends Error {}

function openingReason(error: unknown): string {
  if (!(error instanceof Database.SqliteError)) return 'Check that this user may write to the data directory.';
  return unavailableReason(error) ?? 'It is damaged. Restore a backup with `sluice server restore FILE`.';
}

function refuseForeign(database: Database.Database, file: string): void {
  const ownership = ownershipOf(database);
  switch (ownership.kind) {
    case 'empty':
    case 'ours':
      return;
    case 'foreign':
      throw new OpeningRefused(
        `The database ${file} belongs to another program. Give a data directory of its own with --data, or move the file away.`,
      );
    case 'newer':
      throw new OpeningRefused(
        `The database ${file} was written by a newer version of sluice (it has the migration '${ownership.migration}'). ` +
          'Start that version or a later one, or restore a backup that this version made.',
      );
  }
}

/**
 * Checks the tables that are read at start anyway, so the cost is bounded by the nodes (5 ms for 10,000). History can have
 * gigabytes and is not checked here: damage in it is reported by the verb that meets it.
 */
function refuseDamaged(database: Database.Database, file: string): void {
  const present = new Set(database.prepare<[], string>('select name from sqlite_schema').pluck().all());
  for (const table of ['nodes', 'node_last_seen', 'event_sequence', 'tokens']) {
    if (!present.has(table)) continue;
    const finding = database.pragma(`quick_check(${table})`, { simple: true });
    if (finding === 'ok') continue;
    throw new OpeningRefused(
      `The database ${file} is damaged (table ${table}: ${String(finding)}). Restore a backup with \`sluice server restore FILE\`.`,
    );
  }
}

function configure(database: Database.Database, file: string): void {
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new OpeningRefused(
      `The database ${file} cannot keep a write-ahead log here. Keep the data directory on a local disk that this user may write to.`,
    );
  }
  database.pragma('synchronous = FULL');
  database.pragma(`journal_size_limit = ${WRITE_AHEAD_LOG_BYTES_MAX}`);
}

/**
 * All pending migrations in one transaction (Kysely itself opens none on SQLite), so a crash leaves the old tables whole. The
 * application id is written each time: it finds out now, and not at the first command, when the file cannot be written.
 */
async function migrate(database: Database.Database, kysely: Kysely<Schema>, file: string): Promise<void> {
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve(migrationsFor(columnTypes)) },
  });
  database.exec('BEGIN IMMEDIATE');
  database.pragma(`application_id = ${APPLICATION_ID}`);
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    if (unavailableReason(error) !== null)
      throw error instanceof Error ? error : new Error(`migrating ${file}`, { cause: error });
    throw new OpeningRefused(
      `The database ${file} cannot be brought up to date; it is as it was before. Start the version of sluice that wrote it, and report this.`,
      { cause: error },
    );
  }
  // No verb changes an event; this holds whoever else opens the file, and our own later code, to it. Deleting is left to retention.
  database.exec(`
    CREATE TRIGGER IF NOT EXISTS events_are_append_only BEFORE UPDATE ON events
    BEGIN SELECT raise(ABORT, 'events are append-only'); END`);
  database.exec('COMMIT');
}
