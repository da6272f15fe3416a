/** What a server has committed, read past it: the newest event that is a change, so that a refused input can be seen to have changed nothing. */
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

  close(): void {
    this.#database.close();
  }
}
