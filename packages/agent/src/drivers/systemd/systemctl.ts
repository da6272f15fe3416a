/** Asks systemd about one unit, and for things to happen to it, by `systemctl` and `journalctl`: argument vectors, no shell. */
import { type CommandLine, type CommandOutcome, runCommand, whatWentWrong } from '../../run-command.ts';

/** Milliseconds that a question may take; systemd answers at once, a machine out of breath does not. */
const QUESTION_TIMEOUT_MS = 10_000;
/** Bytes of the answer to a question: the few properties that are asked for. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Of `systemctl show`; all of them are in systemd since version 232 (2016). */
const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'InvocationID',
  'ExecMainCode',
  'ExecMainStatus',
] as const;

export type UnitState = Readonly<Record<(typeof PROPERTIES)[number], string>>;

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  /** A whole sentence, with what to do. */
  | { readonly ok: false; readonly problem: string };

export interface SystemctlOptions {
  readonly unit: string;
  readonly isUserUnit: boolean;
  readonly cwd: string;
}

export class Systemctl {
  readonly #options: SystemctlOptions;

  constructor(options: SystemctlOptions) {
    this.#options = options;
  }

  /** @param environment Where `systemctl` is found, and how it reaches systemd (`XDG_RUNTIME_DIR` for a user's). */
  async state(environment: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Asked<UnitState>> {
    const { unit } = this.#options;
    const command = this.#command('show', `--property=${PROPERTIES.join(',')}`);
    const outcome = await this.#run(command, environment, QUESTION_TIMEOUT_MS, signal);
    const wrong = this.#problem('show', outcome, QUESTION_TIMEOUT_MS);
    if (wrong !== null) return { ok: false, problem: wrong };
    const output = outcome.kind === 'exited' ? outcome.output : '';
    const said = new Map(
      output.split('\n').map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, Math.max(0, at)), line.slice(at + 1).trim()];
      }),
    );
    const of = (name: (typeof PROPERTIES)[number]) => said.get(name) ?? '';
    if (of('ActiveState') === '')
      return { ok: false, problem: `systemctl show ${unit} did not say what state the unit is in. Try it by hand.` };
    return {
      ok: true,
      value: {
        LoadState: of('LoadState'),
        ActiveState: of('ActiveState'),
        SubState: of('SubState'),
        Result: of('Result'),
        MainPID: of('MainPID'),
        InvocationID: of('InvocationID'),
        ExecMainCode: of('ExecMainCode'),
        ExecMainStatus: of('ExecMainStatus'),
      },
    };
  }

  /**
   * Has systemd do it, and waits until it is done.
   * @returns `timed-out`: it goes on without anybody who waits for it; else `null` when it is done, or what is wrong.
   */
  async perform(
    args: readonly [string, ...string[]],
    run: {
      readonly environment: Readonly<Record<string, string>>;
      readonly timeoutMs?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<
    { readonly kind: 'done' | 'timed-out' | 'aborted' } | { readonly kind: 'failed'; readonly problem: string }
  > {
    const { environment, timeoutMs = QUESTION_TIMEOUT_MS, signal } = run;
    const outcome = await this.#run(this.#command(...args), environment, timeoutMs, signal);
    if (outcome.kind === 'timed-out' || outcome.kind === 'aborted') return { kind: outcome.kind };
    const problem = this.#problem(args[0], outcome, timeoutMs);
    return problem === null ? { kind: 'done' } : { kind: 'failed', problem };
  }

  /** The end of what the journal has of the unit: its own lines, and systemd's about it. Where it cannot be read, why. */
  async journal(environment: Readonly<Record<string, string>>, linesMax: number, bytesMax: number): Promise<string> {
    const { unit, isUserUnit } = this.#options;
    const command: CommandLine = [
      'journalctl',
      '--no-pager',
      '--quiet',
      '--output=cat',
      `--lines=${linesMax}`,
      `${isUserUnit ? '--user-unit' : '--unit'}=${unit}`,
    ];
    const outcome = await this.#run(command, environment, QUESTION_TIMEOUT_MS, undefined, bytesMax);
    const wrong = whatWentWrong(outcome, QUESTION_TIMEOUT_MS);
    if (wrong === null && outcome.kind === 'exited') return outcome.output;
    return `(The journal of ${unit} cannot be read: journalctl ${wrong}. Put the agent's user into the group systemd-journal.)`;
  }

  #command(...args: readonly [string, ...string[]]): CommandLine {
    const { unit, isUserUnit } = this.#options;
    return ['systemctl', ...(isUserUnit ? ['--user'] : []), '--no-pager', '--no-ask-password', ...args, '--', unit];
  }

  #run(
    command: CommandLine,
    environment: Readonly<Record<string, string>>,
    timeoutMs: number,
    signal?: AbortSignal,
    outputBytesMax = ANSWER_BYTES_MAX,
  ): Promise<CommandOutcome> {
    return runCommand({
      command,
      // In English and without colours, since what it says is read here.
      environment: { ...environment, LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
      cwd: this.#options.cwd,
      timeoutMs,
      outputBytesMax,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #problem(verb: string, outcome: CommandOutcome, timeoutMs: number): string | null {
    const wrong = whatWentWrong(outcome, timeoutMs);
    if (wrong === null) return null;
    const said = outcome.kind === 'cannot-start' ? outcome.reason : outcome.output;
    return `systemctl ${verb} ${this.#options.unit} ${wrong.trim()}${this.#advice(said)}`;
  }

  /** What to do about what systemctl is known to say. */
  #advice(said: string): string {
    if (/authentication required|access denied|not permitted|permission denied/iu.test(said))
      return '. Run the agent as root, or let its user manage this unit by a polkit rule (docs/drivers.md has one).';
    if (
      /failed to connect to (?:the )?(?:user scope |system scope )?bus|has not been booted|no medium found/iu.test(said)
    )
      return this.#options.isUserUnit
        ? ". The agent needs the user's own systemd: run it as that user, with XDG_RUNTIME_DIR set and lingering on (loginctl enable-linger)."
        : '. systemd does not run this machine; use the driver process or exec.';
    if (/no program/iu.test(said)) return '. This machine has no systemd; use the driver process or exec.';
    return '.';
  }
}
