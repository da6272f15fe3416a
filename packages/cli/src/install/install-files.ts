/** Puts the files of a service in place and takes them away, and never what somebody has changed. */
import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../error-code.ts';
import type { ServiceFile, ServiceFiles } from './service-files.ts';
import { isAsWritten } from './stamped-text.ts';

/** What becomes of a file; `changed`: nothing, since it is not as Sluice wrote it. */
type Fate = 'written' | 'updated' | 'unchanged' | 'kept' | 'changed';

export interface FileFate {
  readonly path: string;
  readonly fate: Fate;
}

/**
 * Writes all of them or, when one is `changed`, none.
 * @param root The directory that stands for `/`.
 * @param overwrite Also what somebody has changed; never what is people's own.
 */
export async function installFiles(
  { files, stateDirectory }: ServiceFiles,
  root: string,
  overwrite: boolean,
): Promise<readonly FileFate[]> {
  const fates: FileFate[] = [];
  for (const file of files) {
    const before = await textAt(path.join(root, file.path));
    fates.push({ path: file.path, fate: fateOf(file, before, overwrite) });
  }
  if (fates.some(({ fate }) => fate === 'changed')) return fates;
  for (const [index, file] of files.entries()) {
    const fate = fates[index]?.fate;
    if (fate === 'written' || fate === 'updated') await replaceFile(path.join(root, file.path), file);
  }
  const state = path.join(root, stateDirectory);
  await mkdir(state, { recursive: true });
  await chmod(state, 0o700);
  return fates;
}

/** Removes what Sluice wrote and nobody has changed. Configuration, secrets and state stay. */
export async function uninstallFiles(
  { files }: ServiceFiles,
  root: string,
  overwrite: boolean,
): Promise<readonly { readonly path: string; readonly fate: 'removed' | 'kept' | 'changed' }[]> {
  const fates: { path: string; fate: 'removed' | 'kept' | 'changed' }[] = [];
  for (const file of files) {
    const place = path.join(root, file.path);
    const text = await textAt(place);
    if (text === null) continue;
    if (file.owner === 'people') fates.push({ path: file.path, fate: 'kept' });
    else if (!overwrite && !isAsWritten(text)) fates.push({ path: file.path, fate: 'changed' });
    else {
      await rm(place);
      fates.push({ path: file.path, fate: 'removed' });
    }
  }
  return fates;
}

/** Whether systemd starts the service by itself. */
export async function isEnabled(service: ServiceFiles['service'], root: string): Promise<boolean> {
  try {
    await lstat(path.join(root, `/etc/systemd/system/multi-user.target.wants/sluice-${service}.service`));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new Error('looking whether the service is enabled', { cause: error });
  }
}

function fateOf(file: ServiceFile, before: string | null, overwrite: boolean): Fate {
  if (before === null) return 'written';
  if (file.owner === 'people') return 'kept';
  if (before === file.text) return 'unchanged';
  return overwrite || isAsWritten(before) ? 'updated' : 'changed';
}

async function textAt(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new Error(`reading ${file}`, { cause: error });
  }
}

/** Under another name first: a secret is never in a file that others may read, and no unit is ever half written. */
async function replaceFile(place: string, { text, mode }: ServiceFile): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true, mode: 0o755 });
  const temporary = path.join(path.dirname(place), `.${path.basename(place)}.${randomUUID()}.new`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(`writing ${place}`, { cause: error });
  }
}
