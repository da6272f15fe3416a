/** Writes a whole store, as it is at one moment, into an archive. */
import { type Kysely, sql } from 'kysely';
import { refuse, type Refusal } from '../store/refusal.ts';
import type { Schema } from '../store/schema.ts';
import { type ArchiveWriter, writeLines } from './archive/archive-file.ts';
import { endLine, headerLine, type RowCounts, rowLine } from './archive/archive-format.ts';
import { STORED_TABLES, type StoredTable } from './archive/stored-tables.ts';
import { openForReading, refuseFailed } from './open-database.ts';
import type { StoreLocation } from './store-location.ts';
import { writeWholeFile } from './whole-file.ts';

/** Rows that are read at a time: some megabytes of memory at most, since an operation's output has up to 20 KB. */
const ROWS_AT_A_TIME = 500;

export interface ExportOptions {
  readonly location: StoreLocation;
  /** The archive. */
  readonly file: string;
  readonly overwrite: boolean;
  /** Ends it; its reason is thrown then, and no file is left. */
  readonly signal: AbortSignal;
}

export interface Exported {
  readonly ok: true;
  readonly rows: RowCounts;
  readonly bytes: number;
}

/** A server may run on the store meanwhile. Hashes of tokens go along, and the secrets of webhooks: without them receivers would refuse what comes after the move. */
export async function exportStore({ location, file, overwrite, signal }: ExportOptions): Promise<Exported | Refusal> {
  const opened = await openForReading(location);
  if (!opened.ok) return opened;
  try {
    return await writeWholeFile(file, { overwrite }, async (temporary) => {
      try {
        return await opened.kysely
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute((snapshot) => writeArchive(snapshot, temporary, signal));
      } catch (error) {
        if (error instanceof DamagedRowError) return refuse(error.message, 'docs/backup.md says what can be done.');
        return refuseFailed((failure) => opened.reasonOf(failure) ?? diskReason(failure, file), error);
      }
    });
  } finally {
    await opened.close();
  }
}

/** A row that no server would have written. */
class DamagedRowError extends Error {}

async function writeArchive(snapshot: Kysely<Schema>, file: string, signal: AbortSignal): Promise<Exported> {
  const rows: Record<string, number> = {};
  for (const { name } of STORED_TABLES) rows[name] = await countRows(snapshot, name);
  const bytes = await writeLines(file, async (writer) => {
    await writer.line(headerLine(rows));
    for (const table of STORED_TABLES) await writeRows(snapshot, table, writer, signal);
    await writer.line(endLine(rows, writer.sha256()));
  });
  return { ok: true, rows, bytes };
}

async function countRows(snapshot: Kysely<Schema>, name: keyof Schema): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(snapshot);
  return Number(rows[0]?.count);
}

async function writeRows(
  snapshot: Kysely<Schema>,
  table: StoredTable,
  writer: ArchiveWriter,
  signal: AbortSignal,
): Promise<void> {
  const { name, key, columns, isRow } = table;
  const list = sql.join(columns.map((column) => sql.ref(column)));
  for (let after: unknown = null; ;) {
    signal.throwIfAborted();
    const from = after === null ? sql`` : sql`where ${sql.ref(key)} > ${after}`;
    const page = await sql<Record<string, unknown>>`
      select ${list} from ${sql.table(name)} ${from} order by ${sql.ref(key)} limit ${sql.lit(ROWS_AT_A_TIME)}
    `.execute(snapshot);
    for (const row of page.rows) {
      if (!isRow(row))
        throw new DamagedRowError(`The row '${String(row[key])}' of the table ${name} in the database is damaged.`);
      await writer.line(rowLine(table, row));
    }
    if (page.rows.length < ROWS_AT_A_TIME) return;
    after = page.rows.at(-1)?.[key];
  }
}

function diskReason(error: unknown, file: string): string | null {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `The disk that is to hold ${file} is full.`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'EIO' || code === 'EFBIG')
    return `${file} cannot be written (${code}).`;
  return null;
}
