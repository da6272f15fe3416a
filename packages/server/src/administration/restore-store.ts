/** Puts a backup in the place of the SQLite database of a data directory. */
import { realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { restoredMark } from '../store/store-age.ts';
import { copyDatabase, type CopiedDatabase, databaseBytes } from '../store/sqlite/copy-database.ts';
import { lockDataDirectory, type DataDirectoryLock } from '../store/sqlite/data-directory-lock.ts';
import { finishRestore, RESTORING_FILE } from '../store/sqlite/finish-restore.ts';
import { DATABASE_FILE } from '../store/sqlite/our-database.ts';
import { createPrivateDirectory, syncDirectory } from '../store/sqlite/private-file.ts';
import { refuse, type Refusal } from '../store/refusal.ts';

/** What is copied into, before it is known to be whole; a leftover of it means nothing. */
const INCOMING_FILE = `${DATABASE_FILE}.incoming`;

export interface RestoreOptions {
  readonly dataDirectory: string;
  /** The backup. */
  readonly file: string;
  /** Ends it before anything is replaced; its reason is thrown then. */
  readonly signal: AbortSignal;
}

export interface Restored extends CopiedDatabase {
  /** Where the database is that was there before; `null`: there was none. */
  readonly keptAs: string | null;
}

/** Nothing is replaced before the copy is in the data directory, checked and synced; from then on a crash does not stop it (see `finishRestore`). */
export async function restoreStore({ dataDirectory, file, signal }: RestoreOptions): Promise<Restored | Refusal> {
  if ((await databaseBytes(file)) === null) return refuse(`There is no file ${file}.`, 'Give the path of a backup.');
  try {
    await createPrivateDirectory(dataDirectory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`The data directory ${dataDirectory} cannot be made: ${reason}`, 'Give another one with --data DIR.');
  }
  if ((await realpath(file)) === path.join(await realpath(dataDirectory), DATABASE_FILE))
    return refuse(`${file} is the database itself.`, 'Give the path of a backup.');
  let lock: DataDirectoryLock;
  try {
    lock = await lockDataDirectory(dataDirectory);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refuse(error.message, 'Restore when no server runs on it.');
  }
  try {
    // A restore that was cut off is ended first: its copy is what the database is.
    await finishRestore(dataDirectory);
    const incoming = path.join(dataDirectory, INCOMING_FILE);
    const copied = await copyDatabase(file, incoming, signal);
    if (!copied.ok) return copied;
    markRestored(incoming);
    await rename(incoming, path.join(dataDirectory, RESTORING_FILE));
    await syncDirectory(dataDirectory);
    return { ...copied, keptAs: await finishRestore(dataDirectory) };
  } finally {
    lock.release();
  }
}

/** What was committed since is not known: the next start of the server goes on with nothing that may have been ended meanwhile. */
function markRestored(file: string): void {
  const database = new Database(file, { fileMustExist: true });
  try {
    const columns = database.prepare("select name from pragma_table_info('event_sequence')").pluck().all();
    // In a backup of a version without the column there is nothing to go on with either.
    if (!columns.includes('last_commit_id')) return;
    database.prepare('update event_sequence set last_commit_id = ?').run(restoredMark(Date.now()));
    // A code that was used since must not work again, and whoever has the backup must not know the keys of the store.
    for (const table of ['one_time_codes', 'shared_secrets']) {
      const isThere = database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(table);
      if (isThere !== undefined) database.exec(`delete from ${table}`);
    }
  } finally {
    database.close();
  }
}
