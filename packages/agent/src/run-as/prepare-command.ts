/** Makes of a configured command what is really started: as its user, with its umask and limits; or says why that cannot be. */
import { readFile } from 'node:fs/promises';
import type { CommandLine } from '../run-command.ts';
import { quote } from '../quote.ts';
import { type Account, accountOf, groupIdOf } from './account.ts';
import { findProgram, whyNoDirectory } from './find-program.ts';
import type { ResourceLimits, RunAs } from './run-as-settings.ts';

export interface PreparedCommand {
  readonly ok: true;
  readonly command: CommandLine;
  readonly environment: Readonly<Record<string, string>>;
  /** For spawn; absent: the agent's own. The kernel's supplementary groups are dropped with them. */
  readonly uid?: number;
  readonly gid?: number;
}

export type Preparation = PreparedCommand | { readonly ok: false; readonly problem: string };

interface Surroundings {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where the programs of the system are, whatever PATH the workload has. */
const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin';

/** The option of prlimit for a limit, and its name in /proc/self/limits. */
const LIMITS = {
  openFiles: { option: 'nofile', kernelName: 'Max open files', unitKey: 'LimitNOFILE' },
  processes: { option: 'nproc', kernelName: 'Max processes', unitKey: 'LimitNPROC' },
  coreBytes: { option: 'core', kernelName: 'Max core file size', unitKey: 'LimitCORE' },
  addressSpaceBytes: { option: 'as', kernelName: 'Max address space', unitKey: 'LimitAS' },
} as const satisfies Readonly<Record<keyof ResourceLimits, object>>;

/** `problem` is a sentence for a person, with what to do. Looked up at every start, since users and directories come and go. */
export async function prepareCommand(
  command: CommandLine,
  runAs: RunAs,
  { cwd, environment }: Surroundings,
): Promise<Preparation> {
  const noDirectory = await whyNoDirectory(cwd);
  if (noDirectory !== null) return { ok: false, problem: noDirectory };
  const [program] = command;
  // Told here, since what stands before it in the process (prlimit, a shell) would tell it less well.
  if ((await findProgram(program, { cwd, searchPath: environment['PATH'] })) === null)
    return { ok: false, problem: noProgram(program, cwd, environment['PATH']) };
  const identity = await identityOf(runAs);
  if (!identity.ok) return identity;
  const limited = await withLimits(command, runAs.limits);
  if (!limited.ok) return limited;
  return {
    ok: true,
    command: withUmask(limited.command, runAs.umask),
    environment: environmentOf(identity.account, runAs, environment),
    ...identity.ids,
  };
}

function noProgram(program: string, cwd: string, searchPath: string | undefined): string {
  if (program.includes('/'))
    return `there is no program '${quote(program)}' in ${quote(cwd)} that the agent's user may execute. Correct the path, or make the file executable (chmod +x).`;
  return `there is no program '${quote(program)}' on the PATH of the workload (${searchPath === undefined ? 'it has none' : quote(searchPath)}). Write its whole path, or set PATH in workload.env.`;
}

type Identity =
  | {
      readonly ok: true;
      readonly ids: { readonly uid?: number; readonly gid?: number };
      /** `null`: the agent's own. */
      readonly account: Account | null;
    }
  | { readonly ok: false; readonly problem: string };

async function identityOf({ user, group }: RunAs): Promise<Identity> {
  if (user === null && group === null) return { ok: true, ids: {}, account: null };
  const account = user === null ? null : await accountOf(user);
  if (user !== null && account === null)
    return {
      ok: false,
      problem: `user: there is no user '${user}' on this machine. Make it (useradd --system ${user}), or name another one.`,
    };
  const gid = group === null ? account?.gid : await groupIdOf(group);
  if (gid === undefined || gid === null)
    return {
      ok: false,
      problem: `group: there is no group '${group}' on this machine. Make it (groupadd ${group}), or name another one.`,
    };
  const own = { uid: process.geteuid?.(), gid: process.getegid?.() };
  const uid = account?.uid ?? own.uid;
  if (own.uid !== 0) {
    if (uid === own.uid && gid === own.gid) return { ok: true, ids: {}, account: null };
    return {
      ok: false,
      problem: `${user === null ? 'group' : 'user'}: only an agent that runs as root can start a workload as ${[user, group].filter((each) => each !== null).join(':')}, and this one runs as uid ${own.uid}. Run the agent as root, or as that user and leave out user and group.`,
    };
  }
  return { ok: true, ids: { ...(uid === undefined ? {} : { uid }), gid }, account };
}

/** Who is another user is at home somewhere else. The agent's state directory stays closed to it, so its file of metadata is not told. */
function environmentOf(
  account: Account | null,
  { ownVariables }: RunAs,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (account === null || account.uid === process.geteuid?.()) return environment;
  const ofAccount = { HOME: account.home, USER: account.name, LOGNAME: account.name };
  const chosen = Object.entries(ofAccount).filter(([name]) => !ownVariables.includes(name));
  const { SLUICE_METADATA_FILE: _, ...readable } = environment;
  return { ...readable, ...Object.fromEntries(chosen) };
}

type Limited = { readonly ok: true; readonly command: CommandLine } | { readonly ok: false; readonly problem: string };

async function withLimits(command: CommandLine, limits: ResourceLimits): Promise<Limited> {
  const options: string[] = [];
  const hardLimits = Object.keys(limits).length === 0 ? '' : await readHardLimits();
  for (const [key, { option, kernelName, unitKey }] of Object.entries(LIMITS)) {
    const wanted = new Map<string, number | undefined>(Object.entries(limits)).get(key);
    if (wanted === undefined) continue;
    const allowed = hardLimitOf(hardLimits, kernelName);
    if (wanted > allowed && process.geteuid?.() !== 0)
      return {
        ok: false,
        problem: `limits.${key}: ${wanted} is more than the ${allowed} that the agent itself is allowed. Lower it, or raise the agent's own limit (${unitKey}= in its systemd unit).`,
      };
    options.push(`--${option}=${wanted}`);
  }
  if (options.length === 0) return { ok: true, command };
  const prlimit = await findProgram('prlimit', { cwd: '/', searchPath: SYSTEM_PATH });
  if (prlimit === null)
    return {
      ok: false,
      problem: 'limits: there is no prlimit on this machine. Install util-linux, or leave out limits.',
    };
  return { ok: true, command: [prlimit, ...options, '--', ...command] };
}

/** Empty where the system has no such file: prlimit is Linux's own as well. */
async function readHardLimits(): Promise<string> {
  try {
    return await readFile('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

/** Lines are `NAME  SOFT  HARD  UNIT`. */
function hardLimitOf(text: string, kernelName: string): number {
  const line = text.split('\n').find((each) => each.startsWith(kernelName)) ?? '';
  const hard = line.slice(kernelName.length).trim().split(/\s+/u)[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/** A process sets its umask itself: a shell does, whose only text is the constant here, and becomes the command. */
function withUmask(command: CommandLine, umask: string | null): CommandLine {
  if (umask === null) return command;
  return ['/bin/sh', '-c', 'umask "$1" && shift && exec "$@"', 'sluice', umask, ...command];
}
