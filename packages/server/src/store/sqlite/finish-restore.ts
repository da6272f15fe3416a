/**
 * The last steps of a restore. A copy that is whole stands beside the database as `sluice.db.restoring`; from then on the restore
 * happens, also when it is cut off: the next start finishes it, so that no crash leaves a mixture of the old and the new.
 */
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { DATABASE_FILE } from './our-database.ts';
import { syncDirectory } from './private-file.ts';

/** A whole and synced copy that is to become the database. */
export const RESTORING_FILE = `${DATABASE_FILE}.restoring`;

/**
 * Puts the copy in the place of the database, which is kept beside it under a new name. To be called with the directory's lock.
 * @returns The path of what was there before; `null`: nothing was, or there is no restore to finish.
 */
export async function finishRestore(directory: string): Promise<string | null> {
  const restoring = path.join(directory, RESTORING_FILE);
  const file = path.join(directory, DATABASE_FILE);
  let madeAt: Date;
  try {
    // The copy's own time, so that the parts of what is kept get one name, however often this begins again.
    madeAt = (await stat(restoring)).mtime;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const kept = `${file}.before-restore-${madeAt.toISOString().replaceAll(':', '-')}`;
  // First the log: a log of the old database beside the new one would be taken for its own.
  await renameIfPresent(`${file}-wal`, `${kept}-wal`);
  await rm(`${file}-shm`, { force: true });
  await renameIfPresent(file, kept);
  await syncDirectory(directory);
  await rename(restoring, file);
  await syncDirectory(directory);
  return (await isPresent(kept)) ? kept : null;
}

async function renameIfPresent(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function isPresent(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
