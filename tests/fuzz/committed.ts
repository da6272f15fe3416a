/** What a server has committed, read past it: the newest event that is a change, so that a refused input can be seen to have changed nothing. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import Database from 'better-sqlite3';

export interface CommittedEvent {
  readonly sequence: number;
  readonly kind: string;
  readonly node_id: string;
  readonly body: string;
}

export class Committed {
  readonly #database: Database.Database;
  readonly #newest: Database.Statement<[], { sequence: number | null }>;
  readonly #since: Database.Statement<[number], CommittedEvent>;

  constructor(directory: string) {
    this.#database = new Database(path.join(directory, 'sluice.db'), { readonly: true });
    this.#newest = this.#database.prepare('select max(sequence) as sequence from events');
    this.#since = this.#database.prepare(
      `select sequence, kind, node_id, body from events where sequence > ? and kind <> 'RequestRefused' order by sequence`,
    );
  }

  newest(): number {
    return this.#newest.get()?.sequence ?? 0;
  }

  /** But for notes of refusals. */
  since(sequence: number): readonly CommittedEvent[] {
    return this.#since.all(sequence);
  }

  /**
   * Everything that is kept but for what tells of itself (the events, which `since` gives, and how their delivery goes) and when
   * somebody was last heard of.
   * Two that differ: something has changed between them.
   */
  fingerprint(): string {
    const hash = createHash('sha256');
    const tables = this.#database
      .prepare<[], { name: string }>(`select name from sqlite_master where type = 'table' order by name`)
      .all()
      .filter(
        ({ name }) =>
          ![
            'events',
            'event_sequence',
            'node_last_seen',
            'webhook_progress',
            'dead_letters',
            // Go by themselves when their time is over.
            'one_time_codes',
          ].includes(name),
      );
    for (const { name } of tables) {
      const columns = this.#database
        .prepare<[string], { name: string }>('select name from pragma_table_info(?)')
        .all(name)
        .filter((column) => !column.name.startsWith('last_'))
        .map((column) => `"${column.name}"`);
      for (const row of this.#database
        .prepare(`select ${columns.join()} from "${name}" order by rowid`)
        .raw()
        .iterate())
        hash.update(JSON.stringify(row));
    }
    return hash.digest('hex');
  }

  close(): void {
    this.#database.close();
  }
}
