/** Finds the program that a command line names, as the kernel would: by its path, or on the PATH. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

/** What the C library searches where there is no PATH. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** @param searchPath PATH of the environment that the program will get. `null`: there is no such program that may be executed. */
export async function findProgram(
  program: string,
  { cwd, searchPath }: { readonly cwd: string; readonly searchPath: string | undefined },
): Promise<string | null> {
  if (program.includes('/'))
    return (await isExecutable(path.resolve(cwd, program))) ? path.resolve(cwd, program) : null;
  for (const directory of (searchPath ?? DEFAULT_PATH).split(':')) {
    const candidate = path.resolve(cwd, directory, program);
    if (await isExecutable(candidate)) return candidate;
  }
  return null;
}

/** Why a directory cannot be worked in, and what to do; `null`: it can. */
export async function whyNoDirectory(directory: string): Promise<string | null> {
  try {
    if (!(await stat(directory)).isDirectory())
      return `cwd: ${directory} is no directory. Name the directory to run in.`;
    await access(directory, constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return `cwd: there is no directory ${directory}. Make it, or name another one in workload.cwd.`;
    if (code === 'EACCES')
      return `cwd: ${directory} is closed to the agent's user. Open it (chmod o+x), or name another one in workload.cwd.`;
    throw new Error(`looking at ${directory}`, { cause: error });
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
