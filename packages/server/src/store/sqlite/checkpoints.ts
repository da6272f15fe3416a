/**
 * Copies the write-ahead log into the database (a checkpoint) some moments after a commit, not in it as SQLite does by itself: it takes
 * as long as several commits, and who waits for a commit is not to wait for it.
 */
import type Database from 'better-sqlite3';

/** Pages that are written between two checkpoints, about: 4 MB, as SQLite lets come together. */
const PAGES_BETWEEN = 1000;
/** Milliseconds without a commit after which nobody is thought to wait: what was committed is told, and answered. */
const QUIET_MS = 100;
/** Milliseconds after which it is done also where commits never cease, before the log has as many pages as SQLite waits for. */
const LATEST_MS = 250;
/** Pages at which SQLite does it in a commit after all, for what was written otherwise or at once: 16 MB. */
const PAGES_MAX = 4000;

export class Checkpoints {
  readonly #database: Database.Database;
  #pages = 0;
  /** By `performance.now()`: timers count from the beginning of a turn of the event loop, and a large commit takes longer than they wait. */
  #wroteAt = 0;
  #dueAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(database: Database.Database) {
    this.#database = database;
    database.pragma(`wal_autocheckpoint = ${PAGES_MAX}`);
  }

  /** About so many pages were written. */
  wrote(pages: number): void {
    this.#pages += pages;
    this.#wroteAt = performance.now();
    if (this.#pages < PAGES_BETWEEN || this.#timer !== null) return;
    this.#dueAt = this.#wroteAt + LATEST_MS;
    this.#timer = setTimeout(() => this.#look(), QUIET_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const leftMs = Math.min(this.#wroteAt + QUIET_MS, this.#dueAt) - now;
    this.#timer = leftMs > 0 ? setTimeout(() => this.#look(), leftMs) : null;
    if (this.#timer === null) this.#checkpoint();
  }

  #checkpoint(): void {
    this.#pages = 0;
    try {
      this.#database.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // As SQLite passes it over in a commit: the log has everything, the next one copies it, and a disk that fails is told of by a commit.
    }
  }
}
