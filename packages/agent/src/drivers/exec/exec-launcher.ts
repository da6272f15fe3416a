/** The driver `exec`: the workload is started, stopped and looked at by commands of its own (an init script, `systemctl`, a panel). */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandLine,
  type CommandOutcome,
  type CommandRun,
  lastWords,
  runCommand,
  whatWentWrong,
} from '../../run-command.ts';
import type { SignalOutcome } from '../driver.ts';
import type { EndOutcome, Launched, LaunchedEvents, Launcher, LaunchOrder, LaunchOutcome } from '../launcher.ts';
import { prepareCommand } from '../../run-as/prepare-command.ts';
import type { WorkloadRecord } from '../workload-record.ts';
import type { ExecSettings } from './exec-settings.ts';

/** Milliseconds that `status` may take; it is asked all the time. */
const STATUS_TIMEOUT_MS = 10_000;
/** Answers other than 0 in a row after which the workload has ended: a start script may return before the pid file is there. */
const ANSWERS_UNTIL_ENDED = 2;

export class ExecLauncher implements Launcher {
  readonly name = 'exec';
  readonly passesEnvironment = true;
  readonly #options: ExecSettings;
  readonly relaunch?: (graceMs: number, order: LaunchOrder) => Promise<LaunchOutcome>;
  #watching = new AbortController();

  constructor(options: ExecSettings) {
    this.#options = options;
    const { restart } = options;
    if (restart !== null) {
      this.relaunch = async (graceMs, order) => {
        this.release();
        return this.#startBy('restart', restart, graceMs, order);
      };
    }
  }

  async takeUp(record: WorkloadRecord | null, order: LaunchOrder): Promise<Launched | null> {
    const status = await this.#status(order);
    if (status.kind === 'exited' ? status.code !== 0 : record?.driver !== this.name) return null;
    // A status command that cannot be run says nothing: a workload that ran is watched on, not counted as started again.
    this.#watch(order);
    return { pid: null, startToken: null };
  }

  launch(order: LaunchOrder): Promise<LaunchOutcome> {
    return this.#startBy('start', this.#options.start, 0, order);
  }

  async end(graceMs: number, order: LaunchOrder, signal: AbortSignal): Promise<EndOutcome> {
    this.release();
    const before = await this.#status(order);
    if (before.kind === 'exited' && before.code !== 0) return { kind: 'gone' };
    const timeoutMs = this.#options.timeoutMs + graceMs;
    const stop = await this.#run(this.#options.stop, {
      environment: { ...order.environment, SLUICE_GRACE_SECONDS: String(Math.ceil(graceMs / 1000)) },
      timeoutMs,
      signal,
    });
    if (stop.kind === 'aborted') return stop;
    const problem = whatWentWrong(stop, timeoutMs);
    if (problem !== null) return this.#notEnded(order, `The workload's stop command ${problem}.`);
    return this.#untilEnded(graceMs, order, signal);
  }

  signal(name: NodeJS.Signals): SignalOutcome {
    return {
      ok: false,
      problem: `${name} was not sent: the driver exec does not know the workload's process. Use an exec or http hook instead.`,
    };
  }

  release(): void {
    this.#watching.abort();
    this.#watching = new AbortController();
  }

  /** A stop command that returned may have left the workload ending. */
  async #untilEnded(graceMs: number, order: LaunchOrder, signal: AbortSignal): Promise<EndOutcome> {
    const giveUpAt = performance.now() + graceMs + this.#options.statusIntervalMs;
    for (;;) {
      const status = await this.#status(order);
      if (status.kind === 'exited' && status.code !== 0) return { kind: 'gone' };
      if (signal.aborted) return { kind: 'aborted' };
      if (performance.now() >= giveUpAt) {
        const what = whatWentWrong(status, STATUS_TIMEOUT_MS);
        return this.#notEnded(
          order,
          what === null
            ? 'The workload still runs after its stop command, says its status command.'
            : `The workload's status command ${what}.`,
        );
      }
      await sleep(Math.min(200, this.#options.statusIntervalMs));
    }
  }

  /** It goes on being watched, since it may run. */
  #notEnded(order: LaunchOrder, problem: string): EndOutcome {
    this.#watch(order);
    return { kind: 'failed', problem };
  }

  async #startBy(
    verb: 'start' | 'restart',
    command: CommandLine,
    graceMs: number,
    order: LaunchOrder,
  ): Promise<LaunchOutcome> {
    const timeoutMs = this.#options.timeoutMs + graceMs;
    const outcome = await this.#run(command, {
      environment: { ...order.environment, SLUICE_GRACE_SECONDS: String(Math.ceil(graceMs / 1000)) },
      timeoutMs,
      outputDescriptor: order.outputDescriptor,
    });
    const problem = whatWentWrong(outcome, timeoutMs);
    if (problem !== null)
      return { ok: false, problem: `its ${verb} command ${problem}${lastWords(order.outputSince())}` };
    this.#watch(order);
    return { ok: true, launched: { pid: null, startToken: null } };
  }

  #watch({ events, environment }: LaunchOrder): void {
    this.release();
    const { signal } = this.#watching;
    this.#askAgain(environment, events, signal).catch((error: unknown) => {
      events.unclear(
        `The workload is not looked at any more: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }

  async #askAgain(environment: LaunchOrder['environment'], events: LaunchedEvents, signal: AbortSignal): Promise<void> {
    let answersInARow = 0;
    for (;;) {
      if (!(await pause(this.#options.statusIntervalMs, signal))) return;
      const status = await this.#status({ environment, signal });
      if (signal.aborted) return;
      const isDown = status.kind === 'exited' && status.code !== 0;
      answersInARow = isDown ? answersInARow + 1 : 0;
      const problem = whatWentWrong(status, STATUS_TIMEOUT_MS);
      if (answersInARow >= ANSWERS_UNTIL_ENDED) {
        events.ended(`does not run any more: its status command ${problem ?? 'says so'}`);
        return;
      }
      // A status command that cannot be run says nothing of the workload: it is not restarted for that.
      if (!isDown) events.unclear(problem === null ? null : `The workload's status command ${problem}.`);
    }
  }

  #status({
    environment,
    signal,
  }: {
    readonly environment: LaunchOrder['environment'];
    readonly signal?: AbortSignal;
  }): Promise<CommandOutcome> {
    return this.#run(this.#options.status, {
      environment,
      timeoutMs: STATUS_TIMEOUT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** As the user, and with the limits, of the configuration. */
  async #run(command: CommandLine, run: Omit<CommandRun, 'command' | 'cwd'>): Promise<CommandOutcome> {
    const { cwd, runAs } = this.#options;
    const prepared = await prepareCommand(command, runAs, { cwd, environment: run.environment });
    if (!prepared.ok) return { kind: 'cannot-start', reason: prepared.problem };
    const { ok: _, ...asPrepared } = prepared;
    return runCommand({ ...run, ...asPrepared, cwd });
  }
}

/** False when it was given up. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
