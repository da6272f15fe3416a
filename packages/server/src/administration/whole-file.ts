/** Files that appear whole under their name or not at all. */
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from '../store/sqlite/private-file.ts';
import { refuse, type Refusal } from '../store/refusal.ts';

/** The file may be read by its owner only: it holds the hashes of tokens and everything that operators wrote. */
const FILE_MODE = 0o600;

export interface WholeFileOptions {
  /** Take the place of a file that is there. */
  readonly overwrite: boolean;
}

/**
 * Has `write` fill a file beside `file`, and gives that its name when it is on the disk. When `write` refuses or throws, nothing is left of it.
 * @param write Gets the path of the file to fill, which does not exist yet.
 */
export async function writeWholeFile<Written extends { readonly ok: true }>(
  file: string,
  { overwrite }: WholeFileOptions,
  write: (temporary: string) => Promise<Written | Refusal>,
): Promise<Written | Refusal> {
  const refused = await refuseUnlessWritable(file, overwrite);
  if (refused !== null) return refused;
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.partial`);
  let isPlaced = false;
  try {
    const written = await write(temporary);
    if (!written.ok) return written;
    const handle = await open(temporary, 'r+');
    try {
      await handle.chmod(FILE_MODE);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Somebody else may have written it meanwhile.
    const late = await refuseUnlessWritable(file, overwrite);
    if (late !== null) return late;
    await rename(temporary, file);
    isPlaced = true;
    await syncDirectory(path.dirname(file));
    return written;
  } finally {
    if (!isPlaced) await rm(temporary, { force: true });
  }
}

async function refuseUnlessWritable(file: string, overwrite: boolean): Promise<Refusal | null> {
  const directory = path.dirname(file);
  if ((await kindOf(directory)) !== 'directory')
    return refuse(`There is no directory ${directory}.`, 'Make it first, or give another file.');
  switch (await kindOf(file)) {
    case 'missing':
      return null;
    case 'file':
      return overwrite ? null : refuse(`${file} is there already.`, 'Give another name, or --force to replace it.');
    case 'directory':
    case 'other':
      return refuse(`${file} is not a file.`, 'Give the name of a file.');
  }
}

async function kindOf(name: string): Promise<'missing' | 'file' | 'directory' | 'other'> {
  try {
    const found = await stat(name);
    return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw error;
  }
}
