/** Counts the nodes of a data directory, also while a server uses it. */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DATABASE_FILE } from './our-database.ts';

/** `null`: there is no database that can be read. Changes nothing. */
export function countNodes(directory: string): number | null {
  const file = path.join(directory, DATABASE_FILE);
  if (!existsSync(file)) return null;
  let database: Database.Database | null = null;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true });
    return database.prepare<[], number>('select count(*) from nodes').pluck().get() ?? null;
  } catch {
    // Whatever is wrong with the database, the server says when it starts.
    return null;
  } finally {
    database?.close();
  }
}
