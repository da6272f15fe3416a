/**
 * Commits, and what became of them. Each commit leaves its id in a row of its own; so when the connection is lost after COMMIT was
 * sent, the next session, which waits for the lock that the one before had, reads there whether it was made.
 */
import { randomUUID } from 'node:crypto';
import type { CommitOutcome, SettledOutcome } from '../store.ts';
import type { Place } from './missed-commits.ts';
import { type BegunCommit, type CommitRows, writeCommit } from './postgres-commit.ts';
import type { PostgresSession } from './postgres-session.ts';

/** What a commit has come to when it was made. */
type Made = Extract<SettledOutcome, { ok: true }>;

/** A commit of which nobody knows whether it was made. */
interface Doubt {
  readonly place: Place;
  readonly made: Made;
  readonly settle: (outcome: SettledOutcome) => void;
  readonly giveUp: (error: Error) => void;
}

/** What `commit` came to, before the doubt of it is put into words. */
export type Committed = Exclude<CommitOutcome, { code: 'outcome-unknown' | 'store-unavailable' }> | InDoubt;

export interface InDoubt {
  readonly ok: false;
  readonly code: 'in-doubt';
  readonly cause: unknown;
  readonly settled: Promise<SettledOutcome>;
}

export class Committer {
  readonly #made: (place: Place) => void;
  #doubt: Doubt | null = null;

  /** @param made Told where the commits stand after one of this server was made, also when that was found out late. */
  constructor(made: (place: Place) => void = () => undefined) {
    this.#made = made;
  }

  /** Settles what was in doubt, before anything else is done in the session. */
  async admit(session: PostgresSession): Promise<void> {
    const doubt = this.#doubt;
    if (doubt === null) return;
    // The lock comes when the session that was lost is over, however it ended.
    const [, , { rows }] = await Promise.all([
      session.query({ text: 'begin' }),
      session.query({ text: 'select from event_sequence for update' }),
      session.query({ text: 'select from commits where id = $1' }, [doubt.place.id]),
      session.query({ text: 'commit' }),
    ]);
    this.#doubt = null;
    if (rows.length === 1) {
      this.#made(doubt.place);
      doubt.settle(doubt.made);
    } else {
      const reason = 'The connection to PostgreSQL was lost before this was recorded.';
      doubt.settle({ ok: false, code: 'store-unavailable', reason });
    }
  }

  /**
   * To be called alone on the session, with the pen. Afterwards nobody has it, whatever came of it.
   * @throws What the session threw when it is certain that nothing was written.
   */
  async commit(
    session: PostgresSession,
    begun: Pick<BegunCommit, 'head'>,
    headNumber: number,
    rows: CommitRows,
  ): Promise<Committed> {
    const name = { id: randomUUID(), number: headNumber + 1, at: Date.now() };
    let made: Made | null = null;
    let place: Place;
    try {
      const written = await writeCommit(session, begun, rows, name);
      if (!written.ok) return { ok: false, code: 'revision-conflict', nodeIds: written.nodeIds };
      const { lastSequence, ...outcome } = written;
      made = outcome;
      place = { number: name.number, id: name.id, lastSequence };
    } finally {
      if (made === null) await rollBack(session);
    }
    try {
      const { command } = await session.query({ text: 'commit' });
      if (command !== 'COMMIT') throw new Error(`committing to PostgreSQL: it answered ${command}`);
    } catch (error) {
      const settled = this.#beInDoubt(place, made);
      // The next session tells.
      session.end();
      return { ok: false, code: 'in-doubt', cause: error, settled };
    }
    this.#made(place);
    return made;
  }

  /** Nobody will find out any more: the store is closed. */
  giveUp(): void {
    this.#doubt?.giveUp(new Error('finding out what became of a commit: the store was closed before'));
    this.#doubt = null;
  }

  #beInDoubt(place: Place, made: Made): Promise<SettledOutcome> {
    const settled = new Promise<SettledOutcome>((resolve, reject) => {
      this.#doubt = { place, made, settle: resolve, giveUp: reject };
    });
    // Whoever was told of it hears of the failure; without this, a process in which nobody was would end by it.
    settled.catch(() => undefined);
    return settled;
  }
}

/** Ends a transaction that wrote nothing that is to last, and with it the pen. */
export async function rollBack(session: PostgresSession): Promise<void> {
  try {
    await session.query({ text: 'rollback' });
  } catch {
    // A session that cannot even do this is of no use; PostgreSQL rolls back what it leaves behind.
    session.end();
  }
}
