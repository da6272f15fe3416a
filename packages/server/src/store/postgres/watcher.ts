/** The session beside the writer's that never waits for the pen: it hears of commits, and keeps the roll of the servers. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { documentFromText, documentText } from '../document-text.ts';
import type { LiveValue, StoredReplica } from '../shared-store.ts';
import { KeptSession, type KeptSessionOptions } from './kept-session.ts';
import { COMMITS_CHANNEL } from './missed-commits.ts';

/** The roll, and where the commits stand. */
export interface WatchedRoll {
  readonly isKnown: boolean;
  readonly replicas: readonly StoredReplica[];
  readonly headNumber: number;
  readonly headId: string | null;
}

export type WatcherOptions = Pick<KeptSessionOptions, 'address' | 'applicationName'> & {
  /** A commit may have been made. */
  readonly hint: () => void;
};

/** SQL: PostgreSQL's own clock, in epoch milliseconds. */
const INSTANT = `(extract(epoch from clock_timestamp()) * 1000)::bigint`;
/** Milliseconds by which what is written may be seen later than the instant that it has. */
const IN_DOUBT_MS = 2000;
/** Milliseconds for which a live value is kept that nobody tells any more. */
const LIVE_KEPT_MS = 3_600_000;

const TELL_LIVE = `insert into live_values (id, written_at, body)
  select distinct on (id) id, ${INSTANT}, body from unnest($1::text[], $2::text[]) as told (id, body) order by id
  on conflict (id) do update set written_at = excluded.written_at, body = excluded.body`;

export class Watcher {
  readonly #session: KeptSession;

  private constructor(session: KeptSession) {
    this.#session = session;
  }

  /** @throws What the driver threw. */
  static async open({ hint, ...options }: WatcherOptions): Promise<Watcher> {
    const session = await KeptSession.open({
      ...options,
      admit: async (admitted) => {
        // The roll is renewed four times a second, and worth nothing after a crash: it need not be on the disk.
        await admitted.query({ text: "select set_config('synchronous_commit', 'off', false)" });
        const { rows } = await admitted.query<{ channel: string }>({ text: `select ${COMMITS_CHANNEL} as channel` });
        const [row] = rows;
        if (row === undefined) throw new Error('asking PostgreSQL for the schema: it gave no answer');
        admitted.whenNotified(hint);
        await admitted.query({ text: `listen ${row.channel}` });
      },
      onLost: () => undefined,
      // What was told meanwhile was told to nobody.
      onBack: hint,
    });
    return new Watcher(session);
  }

  enter(replica: StoredReplica): Promise<void> {
    return this.#session.run(async (session) => {
      await Promise.all([
        session.query({ text: `delete from replicas where body::json ->> 'name' = $1 or id = $2` }, [
          replica.name,
          replica.id,
        ]),
        session.query({ text: 'insert into replicas (id, beat, body) values ($1, $2, $3)' }, rowOf(replica)),
      ]);
    });
  }

  beat(replica: StoredReplica): Promise<WatchedRoll> {
    return this.#session.run(async (session) => {
      const [updated, all, head] = await Promise.all([
        session.query(
          { name: 'sluice-beat', text: 'update replicas set beat = $2, body = $3 where id = $1' },
          rowOf(replica),
        ),
        session.query<{ id: string; beat: number; body: string }>({
          name: 'sluice-roll',
          text: 'select id, beat, body from replicas order by id',
        }),
        session.query<{ id: string | null; number: number }>({
          name: 'sluice-head',
          text: `select last_commit_id as id, (select coalesce(max(number), 0) from commits)::bigint as number from event_sequence`,
        }),
      ]);
      return {
        isKnown: updated.rowCount === 1,
        replicas: all.rows.map(replicaOf),
        headNumber: head.rows[0]?.number ?? 0,
        headId: head.rows[0]?.id ?? null,
      };
    });
  }

  strike(id: string, beat: number | null): Promise<boolean> {
    return this.#session.run(async (session) => {
      const { rowCount } = await session.query(
        { text: 'delete from replicas where id = $1 and ($2::bigint is null or beat = $2::bigint)' },
        [id, beat],
      );
      return rowCount === 1;
    });
  }

  tellLive(values: readonly LiveValue[]): Promise<void> {
    return this.#session.run(async (session) => {
      await session.query({ name: 'sluice-tell-live', text: TELL_LIVE }, [
        values.map(({ id }) => id),
        values.map(({ body }) => documentText(body)),
      ]);
    });
  }

  toldSince(instant: number): Promise<{ readonly instant: number; readonly values: readonly LiveValue[] }> {
    return this.#session.run(async (session) => {
      const [now, told] = await Promise.all([
        session.query<{ instant: number }>({ name: 'sluice-instant', text: `select ${INSTANT} as instant` }),
        session.query<{ id: string; body: string }>(
          { name: 'sluice-told-live', text: 'select id, body from live_values where written_at > $1' },
          [instant - IN_DOUBT_MS],
        ),
      ]);
      return {
        instant: now.rows[0]?.instant ?? instant,
        values: told.rows.map(({ id, body }) => ({ id, body: documentFromText(body, `the live value '${id}'`) })),
      };
    });
  }

  pruneCommits(before: number): Promise<void> {
    return this.#session.run(async (session) => {
      await session.query({ text: `delete from live_values where written_at < ${INSTANT} - ${LIVE_KEPT_MS}` });
      // The newest stays: it is where the order goes on.
      await session.query(
        { text: 'delete from commits where at < $1 and number < (select max(number) from commits)' },
        [before],
      );
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function rowOf({ id, beat, ...body }: StoredReplica): readonly unknown[] {
  return [id, beat, JSON.stringify(body)];
}

/** What a server tells of itself, beside its id and its beat. */
const ToldOfItself = Compile(
  Type.Object({
    name: Type.String(),
    url: Type.Union([Type.String(), Type.Null()]),
    version: Type.String(),
    startedAt: Type.Number(),
    sessions: Type.Number(),
    lagMs: Type.Number(),
    isLeaving: Type.Boolean(),
  }),
);

function replicaOf({
  id,
  beat,
  body,
}: {
  readonly id: string;
  readonly beat: number;
  readonly body: string;
}): StoredReplica {
  const told: unknown = JSON.parse(body);
  if (!ToldOfItself.Check(told))
    throw new Error(`reading what the server ${id} tells of itself: it is of another kind`);
  return { ...told, id, beat };
}
