/**
 * Commits, and what became of them. Each commit leaves its id beside the counter; so when the connection is lost after COMMIT was
 * sent, the next session, which has the lock and so knows that the one before is over, reads there whether it was made.
 */
import { randomUUID } from 'node:crypto';
import type { CommitOutcome, SettledOutcome } from '../store.ts';
import { type CommitRows, prepareCommit } from './postgres-commit.ts';
import type { PostgresSession } from './postgres-session.ts';
import { RefusedError } from './unavailable-reason.ts';
import { SupersededError } from './writer.ts';

/** What a commit has come to when it was made. */
type Made = Extract<SettledOutcome, { ok: true }>;

/** A commit of which nobody knows whether it was made. */
interface Doubt {
  readonly commitId: string;
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
  /** The commit that the memory of this server stands on; `undefined`: no session was admitted yet. */
  #lastCommitId: string | null | undefined = undefined;
  #doubt: Doubt | null = null;

  /**
   * Settles what was in doubt.
   * @throws SupersededError when the database is not as this server left it, so that its memory is not true any more.
   */
  async admit(session: PostgresSession): Promise<void> {
    const { rows } = await session.query<{ last_commit_id: string | null }>({
      text: 'select last_commit_id from event_sequence',
    });
    const [counter] = rows;
    if (counter === undefined)
      throw new RefusedError('The database is damaged: its counter is missing. Restore it from a backup.');
    const found = counter.last_commit_id;
    const doubt = this.#doubt;
    if (doubt !== null && found === doubt.commitId) {
      doubt.settle(doubt.made);
    } else if (this.#lastCommitId === undefined || found === this.#lastCommitId) {
      const reason = 'The connection to PostgreSQL was lost before this was recorded.';
      doubt?.settle({ ok: false, code: 'store-unavailable', reason });
    } else {
      const error = new SupersededError(
        'The database is not as this server left it: another server has written to it, or it was set back to an earlier state ' +
          '(by a restored backup, or by a failover to a standby that lagged). Restart this server, so that it reads it anew.',
      );
      doubt?.giveUp(error);
      throw error;
    }
    this.#doubt = null;
    this.#lastCommitId = found;
  }

  /**
   * To be called alone on the session that has the lock.
   * @throws What the session threw when it is certain that nothing was written.
   */
  async commit(session: PostgresSession, rows: CommitRows): Promise<Committed> {
    const commitId = randomUUID();
    let made: Made | null = null;
    try {
      const prepared = await prepareCommit(session, rows, commitId);
      if (!prepared.ok) return { ok: false, code: 'revision-conflict', nodeIds: prepared.nodeIds };
      made = prepared;
    } finally {
      if (made === null) await rollBack(session);
    }
    try {
      const { command } = await session.query({ text: 'commit' });
      if (command !== 'COMMIT') throw new Error(`committing to PostgreSQL: it answered ${command}`);
    } catch (error) {
      const settled = this.#beInDoubt(commitId, made);
      // The next session tells.
      session.end();
      return { ok: false, code: 'in-doubt', cause: error, settled };
    }
    this.#lastCommitId = commitId;
    return made;
  }

  /** Nobody will find out any more: the store is closed. */
  giveUp(): void {
    this.#doubt?.giveUp(new Error('finding out what became of a commit: the store was closed before'));
    this.#doubt = null;
  }

  #beInDoubt(commitId: string, made: Made): Promise<SettledOutcome> {
    const settled = new Promise<SettledOutcome>((resolve, reject) => {
      this.#doubt = { commitId, made, settle: resolve, giveUp: reject };
    });
    // Whoever was told of it hears of the failure; without this, a process in which nobody was would end by it.
    settled.catch(() => undefined);
    return settled;
  }
}

async function rollBack(session: PostgresSession): Promise<void> {
  try {
    await session.query({ text: 'rollback' });
  } catch {
    // A session that cannot even do this is of no use; PostgreSQL rolls back what it leaves behind.
    session.end();
  }
}
