/** Tells failures of the world that SQLite lives in (a full disk, missing rights) from mistakes of ours, and puts them in plain words. */
import Database from 'better-sqlite3';

/** By SQLite's primary result code; https://www.sqlite.org/rescode.html */
const reasons: Readonly<Record<string, string>> = {
  FULL: 'The disk that holds the database is full. Free some space on it.',
  READONLY:
    'The database cannot be written: it is read-only. Check the rights of its files and whether its disk is mounted read-only.',
  IOERR:
    "The disk that holds the database failed to read or write (an I/O error): it may have been set read-only, or have reached a limit. Look for the cause in the system's log.",
  BUSY: 'Another program is writing to the database and has not let go of it. End that program, or wait until it is done.',
  LOCKED:
    'Another program is writing to the database and has not let go of it. End that program, or wait until it is done.',
  PROTOCOL: 'The database cannot be locked. Keep it on a local disk: network file systems lock unreliably.',
  CANTOPEN:
    'The database or one of the files beside it cannot be opened. Check that the data directory exists, its rights, and whether its disk is mounted read-only.',
  PERM: 'The system refuses access to the database. Check the rights of the data directory.',
  NOMEM: 'There is not enough memory for the database.',
  CORRUPT: 'The database is damaged. Stop the server and restore a backup with `sluice server restore FILE`.',
  NOTADB:
    'The file is not a SQLite database, or it is damaged. Stop the server and restore a backup with `sluice server restore FILE`.',
};

/** What is wrong and what to do, when the error is SQLite's and not a mistake in our own statements; else `null`. */
export function unavailableReason(error: unknown): string | null {
  if (!(error instanceof Database.SqliteError)) return null;
  return reasons[primaryCode(error.code)] ?? null;
}

/** `FULL` of `SQLITE_FULL`, `IOERR` of `SQLITE_IOERR_WRITE`. */
export function primaryCode(code: string): string {
  return code.split('_')[1] ?? '';
}
