/**
 * An archive: a store as text that does not depend on its database. Lines of JSON: a header, one line a row, and an end with the
 * SHA-256 of all lines before it, so that a file that was cut off or altered is noticed. The same store always gives the same bytes.
 */
import { SLUICE_VERSION } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { migrationsFor } from '../../store/migrations/migrations.ts';
import { STORED_TABLES, type StoredTable } from './stored-tables.ts';

/** Bytes of a line at most: a row is a few kilobytes, the largest (a node with all that it may hold) far below this. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024;

const FORMAT = 'sluice-export';
const FORMAT_VERSION = 1;

/** How many rows each table has. */
export type RowCounts = Readonly<Record<string, number>>;

const Counts = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

const Header = Type.Object({
  format: Type.Literal(FORMAT),
  formatVersion: Type.Integer(),
  /** The newest migration of the store that it was made of. */
  schema: Type.String(),
  sluiceVersion: Type.String(),
  rows: Counts,
});
export type ArchiveHeader = Type.Static<typeof Header>;

const Row = Type.Object({ table: Type.String(), row: Type.Unknown() }, { additionalProperties: false });
const End = Type.Object(
  { end: Type.Literal(true), rows: Counts, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
  { additionalProperties: false },
);

const header = Compile(Header);
const row = Compile(Row);
const end = Compile(End);

/** The migrations of this version, oldest first. */
export function knownMigrations(): readonly string[] {
  return Object.keys(migrationsFor({ integer: 'integer', id: 'text' })).toSorted();
}

/** The newest of them: what the tables of an archive look like. */
export function schemaName(): string {
  return knownMigrations().at(-1) ?? '';
}

export function headerLine(rows: RowCounts): string {
  const value: ArchiveHeader = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    schema: schemaName(),
    sluiceVersion: SLUICE_VERSION,
    rows,
  };
  return JSON.stringify(value);
}

export function rowLine({ name }: StoredTable, columns: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ table: name, row: columns });
}

export function endLine(rows: RowCounts, sha256: string): string {
  return JSON.stringify({ end: true, rows, sha256 });
}

/** @returns `null`: the line is no header of an archive of any version. */
export function readHeader(line: string): ArchiveHeader | null {
  const value = parsed(line);
  return header.Check(value) ? value : null;
}

/** @returns `true`: this version knows how to read it. */
export function isReadable({ formatVersion }: ArchiveHeader): boolean {
  return formatVersion === FORMAT_VERSION;
}

export type ArchiveLine =
  | {
      readonly kind: 'row';
      readonly table: StoredTable;
      readonly row: Readonly<Record<string, string | number | null>>;
    }
  | { readonly kind: 'end'; readonly rows: RowCounts; readonly sha256: string }
  | { readonly kind: 'damaged' };

/** What a line after the header says. */
export function readLine(line: string): ArchiveLine {
  const value = parsed(line);
  if (end.Check(value)) return { kind: 'end', rows: value.rows, sha256: value.sha256 };
  if (!row.Check(value)) return { kind: 'damaged' };
  const table = STORED_TABLES.find(({ name }) => name === value.table);
  return table !== undefined && table.isRow(value.row) ? { kind: 'row', table, row: value.row } : { kind: 'damaged' };
}

/** @returns `undefined`: it is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
