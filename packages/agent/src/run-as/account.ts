/** Looks up users and groups of the machine: in its files, else wherever it is configured to look (`getent`: LDAP, SSSD). */
import { readFile } from 'node:fs/promises';
import { runCommand } from '../run-command.ts';

/** Milliseconds that a directory of users may take to answer. */
const LOOKUP_TIMEOUT_MS = 5000;

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** @param user Name or number. `null`: there is no such user. */
export async function accountOf(user: string): Promise<Account | null> {
  const [name, , uid, gid, , home] = (await entryOf('passwd', user)) ?? [];
  if (name === undefined || uid === undefined || gid === undefined || home === undefined) return null;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

/** @param group Name or number. A number needs no entry. `null`: there is no such group. */
export async function groupIdOf(group: string): Promise<number | null> {
  if (/^\d+$/u.test(group)) return Number(group);
  const [, , gid] = (await entryOf('group', group)) ?? [];
  return gid === undefined ? null : Number(gid);
}

/** The fields of an entry whose name, or number (the third field), it is. */
async function entryOf(database: 'passwd' | 'group', key: string): Promise<readonly string[] | null> {
  const own = find(await readFile(`/etc/${database}`, 'utf8'), key);
  if (own !== null) return own;
  const asked = await runCommand({
    command: ['getent', database, key],
    environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: '/',
    timeoutMs: LOOKUP_TIMEOUT_MS,
  });
  return asked.kind === 'exited' && asked.code === 0 ? find(asked.output, key) : null;
}

function find(text: string, key: string): readonly string[] | null {
  const entries = text.split('\n').map((line) => line.split(':'));
  return entries.find(([name, , id]) => name === key || id === key) ?? null;
}
