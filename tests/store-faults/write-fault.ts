/** Ways to take the right to write from a server that runs, and to give it back: each works on files that are open already. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Milliseconds for a command that takes a few. */
const COMMAND_MS_MAX = 10_000;

export interface FaultyServer {
  readonly pid: number;
  readonly dataDirectory: string;
}

export interface WriteFault {
  readonly name: string;
  /** Why it cannot be made on this machine; `null`: it can. */
  readonly whyNot: () => Promise<string | null>;
  readonly begin: (server: FaultyServer) => Promise<void>;
  readonly end: (server: FaultyServer) => Promise<void>;
}

async function limitFileSize(pid: number, bytes: string): Promise<void> {
  // Only the soft limit, which everybody may raise again.
  await execute('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], { timeout: COMMAND_MS_MAX });
}

/** The process may not write to files at all. Needs no root. */
const fileSizeLimit: WriteFault = {
  name: 'a process that may not write to files (RLIMIT_FSIZE)',
  whyNot: () => reasonOf(() => limitFileSize(process.pid, 'unlimited')),
  begin: ({ pid }) => limitFileSize(pid, '0'),
  end: ({ pid }) => limitFileSize(pid, 'unlimited'),
};

async function setImmutable(names: readonly string[], isImmutable: boolean): Promise<void> {
  await execute('chattr', [isImmutable ? '+i' : '-i', ...names], { timeout: COMMAND_MS_MAX });
}

/**
 * The database, its log, and last the directory: what is in it cannot be found by name otherwise. Not the index of the log
 * (`-shm`): SQLite writes that through memory, where the system knows no error but to end the process (docs/backup.md).
 */
function namesOf(directory: string): readonly string[] {
  return [path.join(directory, 'sluice.db'), path.join(directory, 'sluice.db-wal'), directory];
}

/** Files and directory become read-only, for root too. */
const immutableFiles: WriteFault = {
  name: 'a database and a directory that were made read-only (chattr +i)',
  whyNot: () => reasonOf(refuseImmutable),
  begin: ({ dataDirectory }) => setImmutable(namesOf(dataDirectory), true),
  end: ({ dataDirectory }) => setImmutable(namesOf(dataDirectory).toReversed(), false),
};

/** Throws unless the attribute stops a write to a file that is open. */
async function refuseImmutable(): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-immutable-'));
  const file = path.join(directory, 'probe');
  try {
    const handle = await open(file, 'w');
    try {
      await setImmutable([file], true);
      const isStopped = await handle.write('x').then(
        () => false,
        () => true,
      );
      await setImmutable([file], false);
      if (!isStopped) throw new Error('this file system lets programs write to an immutable file that is open');
    } finally {
      await handle.close();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

export const WRITE_FAULTS: readonly WriteFault[] = [fileSizeLimit, immutableFiles];

async function reasonOf(attempt: () => Promise<void>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 300) : String(error);
  }
}
