/** The file that is rendered: written whole or not at all, and only when it changes. */
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Readable by the balancer, whatever user it runs as; an existing file keeps its own mode. */
const MODE_DEFAULT = 0o644;

/**
 * @returns Whether it was written; `false`: it has this text already.
 * @throws Error for the one who runs it: the file or its directory cannot be written.
 */
export async function writeIfChanged(file: string, text: string): Promise<boolean> {
  try {
    const before = await readFile(file, 'utf8').catch(absentAsNull);
    if (before === text) return false;
    // A link, as distributions have them between sites-available and sites-enabled, stays one.
    const target = before === null ? file : await realpath(file);
    const mode = before === null ? MODE_DEFAULT : (await stat(target)).mode & 0o777;
    await replace(target, text, mode);
    return true;
  } catch (error) {
    throw new Error(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function replace(target: string, text: string, mode: number): Promise<void> {
  // Begins with a dot and does not end in .conf: no balancer includes it.
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.new`);
  try {
    const handle = await open(temporary, 'w', mode);
    try {
      await handle.writeFile(text);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error('replacing the file', { cause: error });
  }
}

function absentAsNull(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw new Error('reading the file', { cause: error });
}
