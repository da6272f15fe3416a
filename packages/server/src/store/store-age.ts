/** How old what a store holds is: when it was written last, and the mark that a restore leaves in it. */
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import type { StoreAge } from './store.ts';

/** Stands in the place of the last commit's id, which commits on SQLite do not use; those on PostgreSQL write over it. */
const RESTORED = /^restored (?<at>\d{1,15})$/u;

/** For `event_sequence.last_commit_id`. @param at Epoch milliseconds. */
export function restoredMark(at: number): string {
  return `restored ${at}`;
}

/** See `Store.age`. */
export async function selectAge(kysely: Kysely<Schema>): Promise<StoreAge> {
  const counter = await kysely.selectFrom('event_sequence').select('last_commit_id').executeTakeFirstOrThrow();
  const event = await kysely.selectFrom('events').select('at').orderBy('sequence', 'desc').limit(1).executeTakeFirst();
  const heard = await kysely
    .selectFrom('node_last_seen')
    .select('last_seen_at')
    .where('last_seen_at', 'is not', null)
    .orderBy('last_seen_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const writtenAt = Math.max(event?.at ?? 0, heard?.last_seen_at ?? 0);
  const at = RESTORED.exec(counter.last_commit_id ?? '')?.groups?.['at'];
  return { restoredAt: at === undefined ? null : Number(at), writtenAt: writtenAt === 0 ? null : writtenAt };
}
