/** Tokens that `sluice login` got, one for each server, in a file that is its owner's alone. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../error-code.ts';
import { isRecord } from '../is-record.ts';
import type { Terminal } from '../terminal.ts';

/** Bytes of the file: hundreds of servers. */
const FILE_BYTES_MAX = 262_144;

export interface Credential {
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export type Credentials =
  | { readonly ok: true; readonly byServer: ReadonlyMap<string, Credential> }
  | { readonly ok: false; readonly detail: string; readonly whatToDo: string };

export function credentialsPath({ environment, homeDirectory }: Terminal): string {
  return join(environment['XDG_CONFIG_HOME'] || join(homeDirectory, '.config'), 'sluice', 'credentials.json');
}

/** The same for every way of writing one server's address. */
export function serverKey(url: string): string {
  return new URL(url).href.replace(/\/+$/u, '');
}

/** Empty when there is no file. A file that others can read is refused, as one that is damaged. */
export async function readCredentials(path: string): Promise<Credentials> {
  let text: string;
  try {
    const { mode, size } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const detail = `${path} holds tokens and others on this machine can read it.`;
      return { ok: false, detail, whatToDo: `chmod 600 ${path}` };
    }
    if (size > FILE_BYTES_MAX) return damaged(path);
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return { ok: true, byServer: new Map() };
    return { ok: false, detail: `${path} cannot be read: ${code ?? String(error)}.`, whatToDo: 'Correct its rights.' };
  }
  const document = parsed(text);
  if (!isRecord(document) || !isRecord(document['servers'])) return damaged(path);
  const byServer = new Map<string, Credential>();
  for (const [server, value] of Object.entries(document['servers'])) {
    if (!isRecord(value)) return damaged(path);
    const { token, expiresAt } = value;
    if (typeof token !== 'string' || typeof expiresAt !== 'string' || Number.isNaN(Date.parse(expiresAt)))
      return damaged(path);
    byServer.set(server, { token, expiresAt });
  }
  return { ok: true, byServer };
}

/** @param credential `null`: the server's is removed. After a crash there is the old file or the new one, never half of one. */
export async function keepCredential(
  path: string,
  server: string,
  credential: Credential | null,
): Promise<Credentials> {
  const before = await readCredentials(path);
  if (!before.ok) return before;
  const byServer = new Map(before.byServer);
  if (credential === null) byServer.delete(server);
  else byServer.set(server, credential);
  await writePrivately(path, `${JSON.stringify({ servers: Object.fromEntries(byServer) }, null, 2)}\n`);
  return { ok: true, byServer };
}

async function writePrivately(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(`writing ${path}`, { cause: error });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Damaged, and told so by who asked.
    return null;
  }
}

function damaged(path: string): Extract<Credentials, { ok: false }> {
  return { ok: false, detail: `${path} is damaged.`, whatToDo: 'Remove it, then run `sluice login` again.' };
}
