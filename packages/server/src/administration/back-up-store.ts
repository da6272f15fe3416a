/** A backup of the SQLite database in a data directory, also while a server runs on it. */
import path from 'node:path';
import { copyDatabase, type CopiedDatabase, databaseBytes } from '../store/sqlite/copy-database.ts';
import { DATABASE_FILE } from '../store/sqlite/our-database.ts';
import { refuse, type Refusal } from '../store/refusal.ts';
import { writeWholeFile } from './whole-file.ts';

export interface BackUpOptions {
  readonly dataDirectory: string;
  /** The backup. */
  readonly file: string;
  readonly overwrite: boolean;
  /** Ends it; its reason is thrown then, and no file is left. */
  readonly signal: AbortSignal;
}

/** The backup is of one moment, and checked: its pages are whole. It is one SQLite file, which only its owner may read. */
export async function backUpStore({
  dataDirectory,
  file,
  overwrite,
  signal,
}: BackUpOptions): Promise<CopiedDatabase | Refusal> {
  const database = path.join(dataDirectory, DATABASE_FILE);
  if ((await databaseBytes(database)) === null) {
    return refuse(`There is no database in ${dataDirectory}.`, 'Say where the server keeps its data with --data DIR.');
  }
  if (path.resolve(file) === path.resolve(database))
    return refuse(`${file} is the database itself.`, 'Give another name to the backup.');
  return writeWholeFile(file, { overwrite }, (temporary) => copyDatabase(database, temporary, signal));
}
