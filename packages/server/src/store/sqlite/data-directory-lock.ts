/** The lock that lets only one server process have a data directory; the system releases it when the process ends, however it ends. */
import Database from 'better-sqlite3';
import path from 'node:path';
import { createPrivateFile } from './private-file.ts';

const LOCK_FILE = 'sluice.lock';

/**
 * The locks that this process holds. A database to which nothing refers is closed by the garbage collector, which would
 * end its lock; kept here, a lock ends only by being released or with its process.
 */
const held = new Set<Database.Database>();

/** Holds the lock until it is released. */
export interface DataDirectoryLock {
  release(): void;
}

/**
 * Locks the directory, or throws an error that says what to do when another process has it.
 *
 * The lock is an exclusive transaction on an empty database of its own. The database itself is not locked for good
 * (`locking_mode=EXCLUSIVE`), so that `sqlite3` and backup programs can read it while the server runs.
 * The lock file must be touched by nothing but SQLite: whatever else opens and closes it in this process ends the lock.
 */
export async function lockDataDirectory(directory: string): Promise<DataDirectoryLock> {
  const file = path.join(directory, LOCK_FILE);
  let database: Database.Database | null = null;
  try {
    await createPrivateFile(file);
    const locked = new Database(file, { timeout: 0 });
    database = locked;
    // Nothing is ever written, so no journal file need be made for it.
    locked.pragma('journal_mode = MEMORY');
    locked.exec('BEGIN EXCLUSIVE');
    held.add(locked);
    return {
      release: () => {
        locked.close();
        held.delete(locked);
      },
    };
  } catch (error) {
    database?.close();
    throw new Error(refusal(directory, file, error), { cause: error });
  }
}

function refusal(directory: string, file: string, error: unknown): string {
  if (isUnloaded(error)) {
    return `SQLite does not load in this Node.js (${process.version}): it was built for another one, or not at all. Install sluice again, with this Node.js and with install scripts; or keep the data in PostgreSQL (--database).`;
  }
  if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
    return `The data directory ${directory} is in use by another sluice server. Stop that one, or give this one a directory of its own with --data.`;
  }
  if (error instanceof Database.SqliteError && error.code === 'SQLITE_NOTADB') {
    return `The file ${file} was not made by sluice. Move it away; sluice makes a new one.`;
  }
  return `The file ${file} cannot be locked. Keep the data directory on a local disk that this user may write to.`;
}

/** Whether the native half of SQLite is missing or is another Node.js' (`bindings` looks for it, the system loads it). */
function isUnloaded(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.message.startsWith('Could not locate the bindings file') ||
    ('code' in error && error.code === 'ERR_DLOPEN_FAILED')
  );
}
