/**
 * Copies the write-ahead log into the database (a checkpoint) some moments after a commit, not in it as SQLite does by itself: it takes
 * as long as several commits, and who waits for a commit is not to wait for it.
 */
import type Database from 'better-sqlite3';

/** Pages that are written between two checkpoints, about: 4 MB, as SQLite lets come together. */
const PAGES_BETWEEN = 1000;
/** Milliseconds in which what was committed is told. */
const AFTER_MS = 20;
/** Pages at which SQLite does it in a commit after all, for what was written otherwise or at once: 16 MB. */
const PAGES_MAX = 4000;

export class Checkpoints {
  readonly #database: Database.Database;
  #pages = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(database: Database.Database) {
    this.#database = database;
    database.pragma(`wal_autocheckpoint = ${PAGES_MAX}`);
  }

  /** About so many pages were written. */
  wrote(pages: number): void {
    this.#pages += pages;
    if (this.#pages < PAGES_BETWEEN) return;
    this.#timer ??= setTimeout(() => this.#checkpoint(), AFTER_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #checkpoint(): void {
    this.#timer = null;
    this.#pages = 0;
    try {
      this.#database.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // As SQLite passes it over in a commit: the log has everything, the next one copies it, and a disk that fails is told of by a commit.
    }
  }
}
