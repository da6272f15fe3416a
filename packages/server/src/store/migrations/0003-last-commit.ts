/** Migration 0003: the counter remembers which commit moved it last. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Adds the column. Only a database behind a network has use for it; the tables are the same everywhere. */
export async function addLastCommit(kysely: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await kysely.schema.alterTable('event_sequence').addColumn('last_commit_id', types.id).execute();
}
