/** What several servers on one PostgreSQL share: the pen, and each other's commits. See `SharedStore`. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import {
  type Follower,
  type LiveValue,
  type MissedCommits,
  type Pen,
  type Roll,
  type SharedStore,
  type StoredReplica,
  SupersededError,
} from '../shared-store.ts';
import { answeredRequestOfRow } from '../store-queries.ts';
import {
  type AnsweredRequest,
  type Beside,
  type CommitOutcome,
  type NodeChange,
  StoreUnavailableError,
} from '../store.ts';
import type { Doing } from '../doing.ts';
import { type Committer, rollBack } from './committer.ts';
import type { KeptSession } from './kept-session.ts';
import { type CommitRow, type Place, placeAfter, readMissed, selectCommits } from './missed-commits.ts';
import { type BegunCommit, beginCommit, rowsOfCommit } from './postgres-commit.ts';
import type { PostgresSession } from './postgres-session.ts';
import { within } from './within.ts';
import type { Watcher } from './watcher.ts';

/** Milliseconds for which a commit waits to find out what became of it, before it says that nobody knows: a connection that was only cut is back by then. */
const SETTLING_MS_MAX = 2000;

export interface SharedPostgresParts {
  readonly kysely: Kysely<Schema>;
  readonly writer: KeptSession;
  readonly watcher: Watcher;
  readonly committer: Committer;
  readonly doing: Doing;
  /** Why PostgreSQL cannot be used now; `null`: it is something else. */
  readonly reasonOf: (error: unknown) => string | null;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
}

export class SharedPostgres implements SharedStore {
  readonly #parts: SharedPostgresParts;
  readonly #hints = new Set<() => void>();
  #follower: Follower | null = null;
  /** Where memory is; `null`: none follows. */
  #place: Place | null = null;
  /** When memory was last known to be at the head. */
  #upToDateAt: number;

  constructor(parts: SharedPostgresParts) {
    this.#parts = parts;
    this.#upToDateAt = parts.now();
  }

  /** A commit of this server was made: memory takes it over by itself. */
  made(place: Place): void {
    if (this.#place !== null) this.#place = place;
  }

  /** A commit may have been made. */
  hint(): void {
    for (const hint of this.#hints) hint();
  }

  follow(follower: Follower): Promise<number> {
    const { doing, writer, now } = this.#parts;
    return doing('reading where the commits stand', async () => {
      const readAt = now();
      const { rows } = await writer.run((session) =>
        session.query<{ id: string | null; last_sequence: number; number: number }>({
          text: `select last_commit_id as id, last_sequence, (select coalesce(max(number), 0) from commits)::bigint as number
                 from event_sequence`,
        }),
      );
      const [head] = rows;
      if (head === undefined) throw new Error('the counter is missing; restore the database from a backup');
      this.#place = { id: head.id, number: head.number, lastSequence: head.last_sequence };
      this.#upToDateAt = readAt;
      this.#follower = follower;
      return head.last_sequence;
    });
  }

  async takePen(keys: readonly string[]): Promise<Pen> {
    const { doing, writer } = this.#parts;
    return doing(
      'taking the pen',
      () =>
        new Promise<Pen>((resolve, reject) => {
          writer
            .run(async (session) => {
              const { begun, headNumber } = await this.#begin(session, keys);
              // The session is this pen's until it is put down.
              await new Promise<void>((done) => resolve(this.#pen(session, begun, headNumber, done)));
            })
            .catch(reject);
        }),
    );
  }

  catchUp(): Promise<void> {
    const { doing, writer, now } = this.#parts;
    return doing('reading what others have committed', () =>
      writer.run(async (session) => {
        const place = this.#place;
        if (place === null) return;
        const readAt = now();
        const [, { rows: heads }, { rows: commits }] = await Promise.all([
          session.query({ text: 'begin isolation level repeatable read read only' }),
          session.query<BegunCommit['head']>({
            name: 'sluice-read-head',
            text: 'select last_sequence, last_hash, last_commit_id from event_sequence',
          }),
          session.query<CommitRow>(selectCommits, [place.number]),
        ]);
        try {
          const [head] = heads;
          if (head === undefined) throw new Error('the counter is missing; restore the database from a backup');
          await this.#takeOver(session, place, commits, head, readAt);
        } finally {
          await rollBack(session);
        }
      }),
    );
  }

  lagMs(): number {
    return Math.max(0, Math.round(this.#parts.now() - this.#upToDateAt));
  }

  enter(replica: StoredReplica): Promise<void> {
    return this.#parts.doing('telling that this server is there', () => this.#parts.watcher.enter(replica));
  }

  beat(replica: StoredReplica): Promise<Roll> {
    const { doing, watcher, now } = this.#parts;
    return doing('telling that this server is still there', async () => {
      const readAt = now();
      const { isKnown, replicas, headNumber, headId } = await watcher.beat(replica);
      const isUpToDate = headNumber === this.#place?.number && headId === this.#place.id;
      if (isUpToDate) this.#upToDateAt = Math.max(this.#upToDateAt, readAt);
      else this.hint();
      return { isKnown, replicas, isUpToDate };
    });
  }

  strike(id: string, beat: number | null): Promise<boolean> {
    return this.#parts.doing('giving a server up', () => this.#parts.watcher.strike(id, beat));
  }

  subscribe(hint: () => void): () => void {
    this.#hints.add(hint);
    return () => this.#hints.delete(hint);
  }

  tellLive(values: readonly LiveValue[]): Promise<void> {
    return this.#parts.doing('telling the other servers what is measured', () => this.#parts.watcher.tellLive(values));
  }

  toldSince(instant: number): Promise<{ readonly instant: number; readonly values: readonly LiveValue[] }> {
    return this.#parts.doing('reading what other servers measure', () => this.#parts.watcher.toldSince(instant));
  }

  pruneCommits(before: number): Promise<void> {
    return this.#parts.doing('removing what every server has followed', () => this.#parts.watcher.pruneCommits(before));
  }

  /** Takes the pen and brings memory up to date; where that fails nobody has it. */
  async #begin(
    session: PostgresSession,
    keys: readonly string[],
  ): Promise<{ readonly begun: BegunCommit; readonly headNumber: number }> {
    let isBegun = false;
    try {
      const place = this.#place;
      const begun = await beginCommit(session, place?.number ?? null, keys);
      // Whoever has the pen has seen everything, however long ago it asked for it.
      const readAt = this.#parts.now();
      if (place !== null) await this.#takeOver(session, place, begun.commits, begun.head, readAt);
      isBegun = true;
      return { begun, headNumber: this.#place?.number ?? begun.commits.at(-1)?.number ?? 0 };
    } finally {
      if (!isBegun) await rollBack(session);
    }
  }

  async #takeOver(
    session: PostgresSession,
    place: Place,
    commits: readonly CommitRow[],
    head: BegunCommit['head'],
    readAt: number,
  ): Promise<void> {
    const to = placeAfter(place, commits, head);
    if (commits.length > 0 && this.#follower !== null) {
      const { kysely } = this.#parts;
      const missed = await readMissed(session, kysely, place, commits, to, this.#follower.knowsRollout);
      this.#place = to;
      takeOver(this.#follower, missed);
    }
    this.#upToDateAt = Math.max(this.#upToDateAt, readAt);
  }

  #pen(session: PostgresSession, begun: BegunCommit, headNumber: number, done: () => void): Pen {
    return {
      answered: begun.answered.map(answeredRequestOfRow),
      commit: async (changes, answered, beside) => {
        try {
          return await this.#commit(session, begun, headNumber, [changes, answered, beside]);
        } finally {
          done();
        }
      },
      putDown: async () => {
        await rollBack(session);
        done();
      },
    };
  }

  async #commit(
    session: PostgresSession,
    begun: BegunCommit,
    headNumber: number,
    [changes, answered, beside]: readonly [readonly NodeChange[], readonly AnsweredRequest[], Beside],
  ): Promise<CommitOutcome> {
    const { committer, reasonOf } = this.#parts;
    let rows;
    try {
      rows = rowsOfCommit(changes, answered, beside);
    } catch (error) {
      await rollBack(session);
      throw new Error('committing changes to the store', { cause: error });
    }
    try {
      const committed = await committer.commit(session, begun, headNumber, rows);
      if (committed.ok || committed.code === 'revision-conflict') return committed;
      const { settled } = committed;
      const reason = reasonOf(committed.cause) ?? 'The connection to PostgreSQL was lost in the middle of it.';
      return (await within(SETTLING_MS_MAX, settled)) ?? { ok: false, code: 'outcome-unknown', reason, settled };
    } catch (error) {
      const reason = error instanceof StoreUnavailableError ? error.message : reasonOf(error);
      if (reason === null) throw new Error('committing changes to the store', { cause: error });
      return { ok: false, code: 'store-unavailable', reason };
    }
  }
}

/** What was taken over by half is not true, and is never read again. */
function takeOver(follower: Follower, missed: MissedCommits): void {
  try {
    follower.takeOver(missed);
  } catch (error) {
    throw new SupersededError('What other servers have committed could not be taken over.', { cause: error });
  }
}
