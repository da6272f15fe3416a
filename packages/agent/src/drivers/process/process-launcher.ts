/** The driver `process`: the workload is a command that the agent starts, in a process group of its own that outlives the agent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { endGroup } from '../../process-group.ts';
import { type LiveProcess, liveProcess, processesWithEnvironment } from '../../process-table.ts';
import { whyNotStarted } from '../../run-command.ts';
import type { SignalOutcome } from '../driver.ts';
import type { EndOutcome, Launched, LaunchedEvents, Launcher, LaunchOrder, LaunchOutcome } from '../launcher.ts';
import { prepareCommand } from '../../run-as/prepare-command.ts';
import type { WorkloadRecord } from '../workload-record.ts';
import type { ProcessSettings } from './process-settings.ts';

/** Marks every process of a start, so that they are found again when the agent dies before it has noted the pid. */
const SPAWN_MARK = 'SLUICE_SPAWN_ID';
/** Milliseconds between two looks at a process that an earlier agent started: nobody tells when it ends. */
const LOOK_EVERY_MS = 250;
/** Milliseconds that what is left of a workload without its main process gets to end by itself. */
const ORPHANS_GRACE_MS = 2000;

export class ProcessLauncher implements Launcher {
  readonly name = 'process';
  readonly passesEnvironment = true;
  readonly #options: ProcessSettings;
  /** The main process, which leads the group; its pid is the group's id, and stays so when it has ended before the others. */
  #pid: number | null = null;
  #child: ChildProcess | null = null;
  #lookTimer: NodeJS.Timeout | null = null;
  #hasMain = false;
  #isEnding = false;

  constructor(options: ProcessSettings) {
    this.#options = options;
  }

  async takeUp(record: WorkloadRecord | null, { events }: LaunchOrder): Promise<Launched | null> {
    if (record === null) return null;
    const main = await this.#mainOf(record);
    if (main === null) return null;
    this.#watch(main.pid);
    this.#lookAgain(main, events);
    return { pid: main.pid, startToken: main.startToken };
  }

  async launch({ environment, spawnId, outputDescriptor, events }: LaunchOrder): Promise<LaunchOutcome> {
    const { command, cwd, runAs } = this.#options;
    const prepared = await prepareCommand(command, runAs, { cwd, environment });
    if (!prepared.ok) return prepared;
    const [program, ...args] = prepared.command;
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        cwd,
        env: { ...prepared.environment, [SPAWN_MARK]: spawnId },
        ...(prepared.uid === undefined ? {} : { uid: prepared.uid }),
        ...(prepared.gid === undefined ? {} : { gid: prepared.gid }),
        detached: true,
        stdio: ['ignore', outputDescriptor, outputDescriptor],
      });
      child.once('exit', (code, signal) =>
        this.#ended(child, events, signal === null ? `exited with code ${code}` : `was ended by ${signal}`),
      );
      this.#child = child;
      await once(child, 'spawn');
    } catch (error) {
      this.#forget();
      return { ok: false, problem: whyNotStarted(program, cwd, error) };
    }
    // An error after the start can only be a signal that could not be sent, and signals are sent by pid.
    child.on('error', () => null);
    if (child.pid === undefined) throw new Error(`${program} was started without a process id`);
    // It may have ended already, in the same moment in which it was seen to start.
    if (child.exitCode === null && child.signalCode === null) this.#watch(child.pid);
    this.#pid = child.pid;
    return { ok: true, launched: { pid: child.pid, startToken: await startTokenOf(child.pid) } };
  }

  async end(graceMs: number, { events }: LaunchOrder, signal: AbortSignal): Promise<EndOutcome> {
    const pid = this.#pid;
    if (pid === null) return { kind: 'gone' };
    this.#isEnding = true;
    try {
      const end = await endGroup(pid, graceMs, signal);
      if (end.kind === 'aborted') return end;
      if (end.kind === 'unkillable') {
        // Its end was not told, since it was wanted; but what remains is no workload any more.
        if (!this.#hasMain) events.ended('ended, but processes of it remain');
        return {
          kind: 'failed',
          problem: `Process group ${pid} of the workload does not end, not even by SIGKILL. Look at what it waits for, or restart the machine.`,
        };
      }
      this.#forget();
      return { kind: 'gone' };
    } finally {
      this.#isEnding = false;
    }
  }

  signal(name: NodeJS.Signals): SignalOutcome {
    if (this.#pid === null || !this.#hasMain)
      return { ok: false, problem: `${name} was not sent: the workload does not run.` };
    try {
      process.kill(this.#pid, name);
      return { ok: true };
    } catch (error) {
      return {
        ok: false,
        problem: `${name} could not be sent to process ${this.#pid}: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  release(): void {
    this.#child?.unref();
    this.#forget();
  }

  /** The main process of an earlier agent's workload. Where it is gone, what it left behind is ended; then there is none. */
  async #mainOf(record: WorkloadRecord): Promise<LiveProcess | null> {
    if (record.pid !== null) {
      const noted = await liveProcess(record.pid);
      if (noted !== null && noted.startToken === record.startToken) return noted;
    }
    // The agent died before it could note the process, or the main process ended meanwhile: only the mark tells.
    const marked = await processesWithEnvironment(SPAWN_MARK, record.spawnId);
    const groupIds = new Set(marked.map(({ processGroupId }) => processGroupId));
    const [first] = marked;
    const isMain = first?.pid === first?.processGroupId && (record.pid === null || record.pid === first?.pid);
    if (record.startToken === null && first !== undefined && isMain) return first;
    // Groups that its children made on purpose (daemons) are their own: they were not ended with it before either.
    const groupId = record.pid ?? first?.processGroupId;
    if (groupId !== undefined && groupIds.has(groupId)) await endGroup(groupId, ORPHANS_GRACE_MS);
    return null;
  }

  #watch(pid: number): void {
    this.#pid = pid;
    this.#hasMain = true;
  }

  /** Nobody is told of the end of a process that is not a child, so it is looked for. */
  #lookAgain(main: LiveProcess, events: LaunchedEvents): void {
    this.#lookTimer = setTimeout(() => {
      liveProcess(main.pid).then(
        (now) => {
          if (this.#pid !== main.pid) return;
          if (now?.startToken === main.startToken) this.#lookAgain(main, events);
          else this.#ended(null, events, 'ended (it was started by an earlier agent, so its exit code is not known)');
        },
        (error: unknown) => {
          events.unclear(
            `Whether the workload runs cannot be seen: ${error instanceof Error ? error.message : String(error)}`,
          );
          this.#lookAgain(main, events);
        },
      );
    }, LOOK_EVERY_MS);
    this.#lookTimer.unref();
  }

  #ended(child: ChildProcess | null, events: LaunchedEvents, how: string): void {
    // The exit of one that was replaced comes late, and says nothing of the present one.
    if (child !== null && this.#child !== null && child !== this.#child) return;
    this.#hasMain = false;
    if (!this.#isEnding) events.ended(how);
  }

  #forget(): void {
    if (this.#lookTimer !== null) clearTimeout(this.#lookTimer);
    this.#lookTimer = null;
    this.#pid = null;
    this.#child = null;
    this.#hasMain = false;
  }
}

/** `null`: it has ended already, or cannot be looked at now; the mark tells the next agent then. */
async function startTokenOf(pid: number): Promise<string | null> {
  try {
    return (await liveProcess(pid))?.startToken ?? null;
  } catch {
    return null;
  }
}
