/** Directories and files that only the server's own user may read: the database holds hashes of tokens and everything operators wrote. */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** Makes the directory and those above it, durably. One that exists keeps its rights: its owner chose them. */
export async function createPrivateDirectory(directory: string): Promise<void> {
  const firstCreated = await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  if (firstCreated === undefined) return;
  // SQLite syncs the directory of its files, but not the ones above it; without this a power cut may take the whole directory.
  const stop = path.dirname(path.resolve(firstCreated));
  for (let made = path.resolve(directory); made !== stop; made = path.dirname(made))
    await syncDirectory(path.dirname(made));
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes an empty file. One that exists is not even opened: closing it here would end the locks that SQLite holds on it in this process. */
export async function createPrivateFile(file: string): Promise<void> {
  try {
    const created = await open(file, 'wx', FILE_MODE);
    await created.close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
