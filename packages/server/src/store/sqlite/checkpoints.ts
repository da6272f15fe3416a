/**
 * Copies the write-ahead log into the database (a checkpoint) some moments after a commit, not in it as SQLite does by itself: it takes
 * as long as several commits, and who waits for a commit is not to wait for it.
 */
import type Database from 'better-sqlite3';

/** Rows that are written between two checkpoints: about as many pages, 4 MB, as SQLite lets come together. */
const ROWS_BETWEEN = 500;
/** Milliseconds in which what was committed is told. */
const AFTER_MS = 20;
/** Pages at which SQLite does it in a commit after all, such as when much was written in another way: 32 MB. */
const PAGES_MAX = 8000;

export class Checkpoints {
  readonly #database: Database.Database;
  #rows = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(database: Database.Database) {
    this.#database = database;
    database.pragma(`wal_autocheckpoint = ${PAGES_MAX}`);
  }

  /** So many rows were committed. */
  wrote(rows: number): void {
    this.#rows += rows;
    if (this.#rows < ROWS_BETWEEN) return;
    this.#timer ??= setTimeout(() => this.#checkpoint(), AFTER_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #checkpoint(): void {
    this.#timer = null;
    this.#rows = 0;
    try {
      this.#database.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // Nothing is lost: the log has everything, the next one copies more, and a disk that fails the next commit tells of.
    }
  }
}
