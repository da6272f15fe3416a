/** The state directory: closed to others, used by one agent at a time, and with an id of its own for as long as it lasts. */
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { liveProcess } from './process-table.ts';
import { writeFileDurably } from './write-file-durably.ts';

export interface StateDirectory {
  readonly path: string;
  /** Random, made at the first start: tells a returning agent from a second one with the same node id. */
  readonly instanceId: string;
  /** Lets another agent use it. */
  release(): Promise<void>;
}

/** Who uses the directory. The start token tells a live agent from another process that has got its pid. */
const Lock = Type.Object({ pid: Type.Integer({ minimum: 1 }), startToken: Type.String() });
const lockSchema = Compile(Lock);

const LOCK_FILE = 'agent.lock';
const INSTANCE_ID_FILE = 'instance-id';

/** Times that a lock is tried for, while others come and go. */
const LOCK_TRIES_MAX = 20;
/** Milliseconds between two of them. */
const TRY_AGAIN_MS = 20;

/** @throws Error for the one who started the agent: another agent uses the directory, or it cannot be made or written. */
export async function openStateDirectory(directory: string): Promise<StateDirectory> {
  let isClosed: boolean;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    isClosed = await closeToOthers(directory);
  } catch (error) {
    throw new Error(
      `stateDir: ${directory} cannot be made, or is not the agent's (${sentence(error)}). Name a directory that belongs to the agent's user.`,
      { cause: error },
    );
  }
  if (!isClosed) {
    throw new Error(
      `stateDir: ${directory} is open to other users and holds files that are not the agent's. Name a directory of the agent's own, or close this one (chmod 700) if that is what it is.`,
    );
  }
  const lockFile = path.join(directory, LOCK_FILE);
  const lock = await takeLock(lockFile, directory);
  try {
    const instanceId = await readOrMakeInstanceId(path.join(directory, INSTANCE_ID_FILE));
    return { path: directory, instanceId, release: () => releaseLock(lockFile, lock) };
  } catch (error) {
    await releaseLock(lockFile, lock);
    throw error;
  }
}

/** The process id of the agent that uses the directory now; `null`: none does. */
export async function agentUsing(directory: string): Promise<number | null> {
  const lock = await textOrNull(path.join(directory, LOCK_FILE));
  return lock === null ? null : livingHolder(lock);
}

/** The process that wrote this lock, if it still lives. */
async function livingHolder(lock: string): Promise<number | null> {
  const holder = parseLock(lock);
  const living = holder === null ? null : await liveProcess(holder.pid);
  return holder !== null && living?.startToken === holder.startToken ? holder.pid : null;
}

/**
 * It holds a credential, and one that was made by hand may be open to others.
 * @returns False: it is open, and left alone, since somebody else uses it (a slip such as `stateDir: /tmp` must not close that).
 */
async function closeToOthers(directory: string): Promise<boolean> {
  const { mode } = await stat(directory);
  if ((mode & 0o077) === 0) return true;
  const names = await readdir(directory);
  if (names.length > 0 && !names.includes(LOCK_FILE) && !names.includes(INSTANCE_ID_FILE)) return false;
  await chmod(directory, 0o700);
  return true;
}

/** The text of the lock. */
async function takeLock(lockFile: string, directory: string): Promise<string> {
  const self = await liveProcess(process.pid);
  const text = `${JSON.stringify({ pid: process.pid, startToken: self?.startToken ?? '' })}\n`;
  const mine = `${lockFile}.${randomUUID()}`;
  try {
    const handle = await open(mine, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.close();
    for (let attempt = 0; attempt < LOCK_TRIES_MAX; attempt += 1) {
      // A link makes the lock with its content in one step, and only where there is none.
      if (await tryLink(mine, lockFile)) return text;
      const theirs = await textOrNull(lockFile);
      if (theirs === null) continue;
      const pid = await livingHolder(theirs);
      if (pid !== null) {
        throw new Error(
          `stateDir: ${directory} is used by another agent (process ${pid}). Stop that one, or give this one a stateDir and a node id of its own.`,
        );
      }
      if (await takeOver(mine, lockFile, theirs)) return text;
      await sleep(TRY_AGAIN_MS);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new Error(
    `stateDir: ${directory} could not be locked, since others took and left it again and again. Start the agent once more.`,
  );
}

/** Replaces a stale lock. One agent at a time does that; another's lock that has replaced the stale one meanwhile is left alone. */
async function takeOver(mine: string, lockFile: string, stale: string): Promise<boolean> {
  const guard = `${lockFile}.takeover`;
  if (!(await tryLink(mine, guard))) {
    const theirs = await textOrNull(guard);
    if (theirs === null) return false;
    // Its owner was killed within these few lines.
    if ((await livingHolder(theirs)) === null) await rm(guard, { force: true });
    return false;
  }
  try {
    if ((await textOrNull(lockFile)) !== stale) return false;
    await rename(mine, lockFile);
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

async function releaseLock(lockFile: string, lock: string): Promise<void> {
  if ((await textOrNull(lockFile)) === lock) await rm(lockFile, { force: true });
}

async function readOrMakeInstanceId(file: string): Promise<string> {
  const known = (await textOrNull(file))?.trim() ?? '';
  if (known !== '') return known;
  const instanceId = randomUUID();
  await writeFileDurably(file, `${instanceId}\n`);
  return instanceId;
}

/** False: there is one already. */
async function tryLink(existing: string, name: string): Promise<boolean> {
  try {
    await link(existing, name);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw new Error(`making the lock ${name}`, { cause: error });
  }
}

/** `null`: no lock that an agent has written, such as one that a crash of the machine left empty. */
function parseLock(text: string): Type.Static<typeof Lock> | null {
  try {
    const value: unknown = JSON.parse(text);
    return lockSchema.Check(value) ? value : null;
  } catch {
    return null;
  }
}

async function textOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw new Error(`reading ${file}`, { cause: error });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
