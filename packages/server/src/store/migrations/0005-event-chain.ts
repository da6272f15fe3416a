/** Migration 0005: each event carries the hash of the one before it, and who the audit tells of. */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Adds the columns. Events of before have no hash: the chain begins with the next one. */
export async function addEventChain(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema.alterTable('events').addColumn('previous_hash', types.id).execute();
  await kysely.schema.alterTable('events').addColumn('actor', types.id).execute();
  await kysely.schema.alterTable('event_sequence').addColumn('last_hash', types.id).execute();
  // Of a million events some thousands are of people: they are found without walking through the others.
  await sql`create index events_audited on events (sequence) where actor is not null`.execute(kysely);
  await sql`create index events_audited_by_actor on events (actor, sequence) where actor is not null`.execute(kysely);
}
