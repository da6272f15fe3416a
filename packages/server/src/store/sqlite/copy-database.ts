/** Copies a database of ours, also one that a server is writing, into one file that is whole, checked and synced. */
import { open, rm, stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { refuse, type Refusal } from '../refusal.ts';
import { ownershipOf } from './our-database.ts';
import { createPrivateFile } from './private-file.ts';
import { primaryCode } from './unavailable-reason.ts';

/** Milliseconds that a statement waits for a program that has the database locked for itself, which only a recovery does. */
const BUSY_TIMEOUT_MS = 5000;

/** Pages of 4 KiB that are copied at a time: some 40 MB, a moment, after which Ctrl-C is heard. */
const PAGES_AT_A_TIME = 10_000;

export interface CopiedDatabase {
  readonly ok: true;
  readonly nodes: number;
  readonly operations: number;
  readonly events: number;
  readonly bytes: number;
}

/**
 * The copy is of one moment, whatever is written meanwhile, and needs no other file beside it. When it is refused, cut off or fails, no copy is left.
 * @param to Overwritten when it is there.
 * @param signal Ends it; its reason is thrown then.
 */
export async function copyDatabase(from: string, to: string, signal: AbortSignal): Promise<CopiedDatabase | Refusal> {
  let isWhole = false;
  try {
    await removeDatabase(to);
    const refused = await copyPages(from, to, signal);
    if (refused !== null) return refused;
    const copied = await finishCopy(from, to);
    isWhole = copied.ok;
    return copied;
  } catch (error) {
    const refused = refusalOf(error, from, to);
    if (refused === null) throw error;
    return refused;
  } finally {
    if (!isWhole) await removeDatabase(to);
  }
}

/** @returns Why nothing was copied; `null`: it was. */
async function copyPages(from: string, to: string, signal: AbortSignal): Promise<Refusal | null> {
  const source = new Database(from, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    // One snapshot for the whole copy. Without it, every commit of a running server would make the copying begin again.
    source.exec('BEGIN');
    const refused = refuseUnlessOurs(source, from);
    if (refused !== null) return refused;
    await createPrivateFile(to);
    await source.backup(to, {
      progress: () => {
        signal.throwIfAborted();
        return PAGES_AT_A_TIME;
      },
    });
    return null;
  } finally {
    source.close();
  }
}

function refuseUnlessOurs(source: Database.Database, from: string): Refusal | null {
  const ownership = ownershipOf(source);
  switch (ownership.kind) {
    case 'ours':
      return null;
    case 'empty':
      return refuse(`There is nothing in ${from}.`, 'Give a database that a server has used.');
    case 'foreign':
      return refuse(`${from} is a database of another program.`, 'Give one that sluice has made.');
    case 'newer':
      return refuse(
        `${from} was written by a newer version of sluice (it has the migration '${ownership.migration}').`,
        'Use that version or a later one.',
      );
  }
}

async function finishCopy(from: string, to: string): Promise<CopiedDatabase | Refusal> {
  const copy = new Database(to, { fileMustExist: true });
  let counts: Pick<CopiedDatabase, 'nodes' | 'operations' | 'events'>;
  try {
    // One file, without a log beside it; the server that opens it next turns the log on again.
    copy.pragma('journal_mode = DELETE');
    const finding = copy.pragma('quick_check(1)', { simple: true });
    if (finding !== 'ok') return damaged(from, String(finding));
    counts = { nodes: count(copy, 'nodes'), operations: count(copy, 'operations'), events: count(copy, 'events') };
  } finally {
    copy.close();
  }
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
    return { ok: true, ...counts, bytes: (await handle.stat()).size };
  } finally {
    await handle.close();
  }
}

function count(database: Database.Database, table: 'nodes' | 'operations' | 'events'): number {
  const rows: unknown = database.prepare(`select count(*) from ${table}`).pluck().get();
  return Number(rows);
}

function refusalOf(error: unknown, from: string, to: string): Refusal | null {
  if (!(error instanceof Database.SqliteError)) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (typeof code !== 'string' || code === 'ABORT_ERR') return null;
    return refuse(`${to} cannot be written (${code}).`, 'Check the rights of its directory, and its disk.');
  }
  switch (primaryCode(error.code)) {
    case 'CORRUPT':
      return damaged(from, error.message);
    case 'NOTADB':
      return refuse(`${from} is not a database, or its beginning is damaged.`, 'Give a backup that is whole.');
    case 'FULL':
      return refuse(`The disk that is to hold ${to} is full.`, 'Free some space on it, or choose another place.');
    case 'IOERR':
      return refuse(
        `The disk failed while ${from} was read or ${to} was written (${error.code}).`,
        "Check that there is space, and look for the cause in the system's log.",
      );
    case 'BUSY':
    case 'LOCKED':
      return refuse(`Another program keeps ${from} locked.`, 'End that program, or wait until it is done.');
    case 'CANTOPEN':
    case 'PERM':
    case 'READONLY':
    case 'AUTH':
      return refuse(
        `${from} cannot be read, or ${to} cannot be written (${error.code}).`,
        "Check that they exist, the rights of this user, and whether a disk is mounted read-only. Best do it as the server's own user.",
      );
    default:
      return null;
  }
}

function damaged(from: string, finding: string): Refusal {
  return refuse(
    `${from} is damaged: ${finding.replaceAll(/\s+/gu, ' ').slice(0, 200)}`,
    'Use a backup from before the damage. docs/backup.md says what else can be done with a damaged database.',
  );
}

async function removeDatabase(file: string): Promise<void> {
  for (const name of [file, `${file}-journal`, `${file}-wal`, `${file}-shm`]) await rm(name, { force: true });
}

/** Bytes of a database with its log; `null`: it is not there. */
export async function databaseBytes(file: string): Promise<number | null> {
  const sizes = await Promise.all([file, `${file}-wal`].map((name) => sizeOf(name)));
  const [main, log] = sizes;
  return main === undefined || main === null ? null : main + (log ?? 0);
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
