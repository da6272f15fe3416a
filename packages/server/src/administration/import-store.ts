/** Fills an empty store from an archive: all of it, in one transaction, or nothing. */
import { stat } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { refuse, type Refusal } from '../store/refusal.ts';
import type { Schema } from '../store/schema.ts';
import { linesOf } from './archive/archive-file.ts';
import { isReadable, readHeader, readLine, type RowCounts, schemaName } from './archive/archive-format.ts';
import { STORED_TABLES, type StoredRow, type StoredTable } from './archive/stored-tables.ts';
import { openForWriting, refuseFailed } from './open-database.ts';
import type { StoreLocation } from './store-location.ts';

/** Rows of one statement: with the fifteen columns of the widest table a fifth of the parameters that either database takes. */
const ROWS_AT_A_TIME = 400;

export interface ImportOptions {
  /** The store to fill; made when it is not there. */
  readonly location: StoreLocation;
  /** The archive. */
  readonly file: string;
  /** Ends it; its reason is thrown then, and nothing was imported. */
  readonly signal: AbortSignal;
}

export interface Imported {
  readonly ok: true;
  readonly rows: RowCounts;
}

/** The archive is read twice: nothing is begun before it is known to be whole. */
export async function importStore({ location, file, signal }: ImportOptions): Promise<Imported | Refusal> {
  const checked = await checkArchive(file, signal);
  if (!checked.ok) return checked;
  const opened = await openForWriting(location);
  if (!opened.ok) return opened;
  // SQLite itself rolls back when its disk is full, and Kysely's own rollback then fails in its place.
  let failure: unknown = null;
  try {
    return await opened.kysely.transaction().execute(async (transaction) => {
      try {
        const refused = await refuseUnlessEmpty(transaction);
        if (refused !== null) return refused;
        await insertRows(transaction, file, signal);
        return checked;
      } catch (error) {
        failure = error;
        throw error;
      }
    });
  } catch (error) {
    return refuseFailed(opened.reasonOf, failure ?? error);
  } finally {
    await opened.close();
  }
}

/** That the archive is ours, of a version that can be read, and whole. */
async function checkArchive(file: string, signal: AbortSignal): Promise<Imported | Refusal> {
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return refuse(`There is no file ${file}.`, 'Give the path of an export.');
  const damaged = (where: string) =>
    refuse(`${file} is damaged or was cut off: ${where}.`, 'Export again, or fetch the file again.');
  const rows: Record<string, number> = {};
  let headerRows: RowCounts | null = null;
  let isEnded = false;
  let number = 0;
  for await (const { text, sha256Before } of linesOf(file)) {
    signal.throwIfAborted();
    number += 1;
    if (headerRows === null) {
      const header = readHeader(text);
      if (header === null) return refuse(`${file} is no export of sluice.`, 'Give a file that `server export` made.');
      if (!isReadable(header) || header.schema !== schemaName()) {
        return refuse(
          `${file} was exported by sluice ${header.sluiceVersion}, whose tables are not those of this version.`,
          `Import it with sluice ${header.sluiceVersion} into a new store; then start this version on that, which brings it up to date.`,
        );
      }
      headerRows = header.rows;
      continue;
    }
    if (isEnded) return damaged(`line ${number} comes after its end`);
    const line = readLine(text);
    switch (line.kind) {
      case 'damaged':
        return damaged(`line ${number} cannot be read`);
      case 'row':
        rows[line.table.name] = (rows[line.table.name] ?? 0) + 1;
        break;
      case 'end':
        if (line.sha256 !== sha256Before()) return damaged('its SHA-256 is another one');
        isEnded = true;
        break;
    }
  }
  if (headerRows === null) return refuse(`${file} is empty.`, 'Give a file that `server export` made.');
  if (!isEnded) return damaged('its last line is missing');
  for (const { name } of STORED_TABLES) {
    rows[name] ??= 0;
    if (headerRows[name] !== rows[name]) return damaged(`it has ${rows[name]} of ${headerRows[name] ?? 0} ${name}`);
  }
  return { ok: true, rows };
}

async function refuseUnlessEmpty(transaction: Kysely<Schema>): Promise<Refusal | null> {
  for (const { name } of STORED_TABLES) {
    // Its one row is there from the beginning; where it stands shows whether there ever was an event.
    const condition = name === 'event_sequence' ? sql`where last_sequence > 0` : sql``;
    const { rows } = await sql`select 1 from ${sql.table(name)} ${condition} limit 1`.execute(transaction);
    if (rows.length === 0) continue;
    return refuse(
      `The store is not empty (its table ${name} has rows).`,
      'Import into one that no server has used yet: a new data directory, or a new database.',
    );
  }
  return null;
}

async function insertRows(transaction: Kysely<Schema>, file: string, signal: AbortSignal): Promise<void> {
  await transaction.deleteFrom('event_sequence').execute();
  let table: StoredTable | null = null;
  let pending: StoredRow[] = [];
  const flush = async () => {
    if (table !== null && pending.length > 0) await insert(transaction, table, pending);
    pending = [];
  };
  let isHeader = true;
  for await (const { text } of linesOf(file)) {
    signal.throwIfAborted();
    const line = isHeader ? null : readLine(text);
    isHeader = false;
    if (line?.kind !== 'row') continue;
    if (line.table !== table || pending.length >= ROWS_AT_A_TIME) await flush();
    table = line.table;
    pending.push(line.row);
  }
  await flush();
}

async function insert(
  transaction: Kysely<Schema>,
  { name, columns }: StoredTable,
  rows: readonly StoredRow[],
): Promise<void> {
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`);
  const list = sql.join(columns.map((column) => sql.ref(column)));
  await sql`insert into ${sql.table(name)} (${list}) values ${sql.join(values)}`.execute(transaction);
}
