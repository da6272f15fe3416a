/** What the operating system says of processes: /proc on Linux, `ps` elsewhere. Zombies count as gone. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** Bytes that `ps` may print: 30,000 processes with a long line each. */
const PS_OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
/** Milliseconds that `ps` may take on a machine out of breath. */
const PS_TIMEOUT_MS = 10_000;

/** A process that lives (no zombie). */
export interface LiveProcess {
  readonly pid: number;
  readonly processGroupId: number;
  /** Tells this process from another one that got the same pid, also across reboots. */
  readonly startToken: string;
  /** Grows with the time of the start, comparable between processes of this machine. */
  readonly startedOrder: number;
}

const hasProc = process.platform === 'linux';

/** `null`: there is no such process, or it is a zombie that nobody has buried yet. */
export async function liveProcess(pid: number): Promise<LiveProcess | null> {
  if (hasProc) return readStat(pid);
  const rows = await psRows(['-o', 'pid=,pgid=,stat=,lstart=', '-p', String(pid)]);
  return rows[0] ?? null;
}

/**
 * Whether any process of the group lives. A zombie of a parent that never buries it does not keep a group alive. Where the
 * operating system cannot be asked which it is, the group counts as alive.
 */
export async function isGroupAlive(processGroupId: number): Promise<boolean> {
  if (!canSignalGroup(processGroupId)) return false;
  try {
    const processes = await liveProcesses();
    return processes.some((each) => each.processGroupId === processGroupId);
  } catch {
    return true;
  }
}

/**
 * The living processes whose environment has `name=value`: those that were started with it and their descendants,
 * the first started first. Only processes of the agent's own user can be asked.
 */
export async function processesWithEnvironment(name: string, value: string): Promise<readonly LiveProcess[]> {
  const marked = hasProc ? await markedByProc(`${name}=${value}`) : await markedByPs(`${name}=${value}`);
  return marked.toSorted((one, other) => one.startedOrder - other.startedOrder || one.pid - other.pid);
}

function canSignalGroup(processGroupId: number): boolean {
  try {
    process.kill(-processGroupId, 0);
    return true;
  } catch (error) {
    // EPERM: somebody is there who may not be signalled; anything else: nobody is.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function liveProcesses(): Promise<readonly LiveProcess[]> {
  if (!hasProc) return psRows(['-axo', 'pid=,pgid=,stat=,lstart=']);
  const processes = await Promise.all((await procPids()).map(readStat));
  return processes.filter((each) => each !== null);
}

async function procPids(): Promise<readonly number[]> {
  const names = await readdir('/proc');
  return names.filter((name) => /^\d+$/u.test(name)).map(Number);
}

async function readStat(pid: number): Promise<LiveProcess | null> {
  const stat = await textOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name (field 2) is in parentheses and may contain anything, so fields are counted from its end.
  const [state, , processGroup, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = rest[16];
  if (state === undefined || processGroup === undefined || startTicks === undefined) return null;
  if (state === 'Z' || state === 'X') return null;
  const startToken = `${await bootId()}:${startTicks}`;
  return { pid, processGroupId: Number(processGroup), startToken, startedOrder: Number(startTicks) };
}

let knownBootId: string | null = null;

/** Start times count from the boot, so they repeat after a reboot; the boot's own id does not. */
async function bootId(): Promise<string> {
  knownBootId ??= (await textOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? 'unknown-boot';
  return knownBootId;
}

async function markedByProc(mark: string): Promise<readonly LiveProcess[]> {
  const marked = await Promise.all(
    (await procPids()).map(async (pid) => {
      const environment = await textOrNull(`/proc/${pid}/environ`);
      return environment?.split('\0').includes(mark) === true ? readStat(pid) : null;
    }),
  );
  return marked.filter((each) => each !== null);
}

async function markedByPs(mark: string): Promise<readonly LiveProcess[]> {
  const lines = await ps(['-axEwwo', 'pid=,command=']);
  const pids = lines.filter((line) => line.split(' ').includes(mark)).map((line) => Number.parseInt(line, 10));
  const processes = await Promise.all(pids.map(liveProcess));
  return processes.filter((each) => each !== null);
}

/** @param args Ask for the columns pid, pgid, stat and lstart, without headings. */
async function psRows(args: readonly string[]): Promise<readonly LiveProcess[]> {
  return (await ps(args)).flatMap((line): LiveProcess[] => {
    const [, pid, processGroup, stat, start] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/u.exec(line) ?? [];
    if (pid === undefined || processGroup === undefined || start === undefined || stat?.startsWith('Z') === true)
      return [];
    return [
      { pid: Number(pid), processGroupId: Number(processGroup), startToken: start, startedOrder: Date.parse(start) },
    ];
  });
}

/** The lines that `ps` prints; none when it finds no process (it exits with 1 then). */
function ps(args: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: PS_TIMEOUT_MS,
      maxBuffer: PS_OUTPUT_BYTES_MAX,
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
    };
    execFile('ps', args, options, (error, stdout) => {
      if (error !== null && error.code !== 1) reject(new Error('asking ps for processes', { cause: error }));
      else resolve(stdout.split('\n').filter((line) => line.trim() !== ''));
    });
  });
}

/** What reading a file of /proc fails with when its process is gone (the first two) or another user's (the last two). */
const NOTHING_TO_READ: readonly unknown[] = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

/** @throws Error for anything else, such as too many open files: that must not make a living process look gone. */
async function textOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOTHING_TO_READ.includes(error.code)) return null;
    throw new Error(`reading ${file}`, { cause: error });
  }
}
