/** What makes an SQLite file a database of ours, and how it is told from those of others and of newer versions. */
import type Database from 'better-sqlite3';
import type { ColumnTypes } from '../migrations/column-types.ts';
import { migrationsFor } from '../migrations/migrations.ts';

/** The database's name in its data directory. */
export const DATABASE_FILE = 'sluice.db';

/** Written into the file's header ("SLUC"), so that a database of somebody else is told from ours. */
export const APPLICATION_ID = 0x534c5543;

/** SQLite's integers have 64 bits and its texts are compared as UTF-8 bytes, which is by code point. */
export const columnTypes: ColumnTypes = { integer: 'integer', id: 'text' };

export type Ownership =
  | { readonly kind: 'empty' | 'ours' | 'foreign' }
  /** Ours, but with a migration that this version does not know. */
  | { readonly kind: 'newer'; readonly migration: string };

/** Reads no table but the list of migrations. Throws SQLite's error when the file is damaged or no database. */
export function ownershipOf(database: Database.Database): Ownership {
  const tables = new Set(database.prepare<[], string>('select name from sqlite_schema').pluck().all());
  if (tables.size === 0) return { kind: 'empty' };
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) return { kind: 'foreign' };
  const known = new Set(Object.keys(migrationsFor(columnTypes)));
  const migration = database
    .prepare<[], string>('select name from kysely_migration order by name')
    .pluck()
    .all()
    .find((name) => !known.has(name));
  return migration === undefined ? { kind: 'ours' } : { kind: 'newer', migration };
}
