/** The driver `systemd`: the workload is a unit. A start of it is told from every other by its InvocationID. */
import type { Launched, Launcher, LaunchOrder, LaunchOutcome, EndOutcome } from '../launcher.ts';
import type { SignalOutcome, WorkloadHealth } from '../driver.ts';
import { lastWords } from '../../run-command.ts';
import { type RunState, StateWatch } from '../watch-state.ts';
import type { WorkloadRecord } from '../workload-record.ts';
import { Systemctl, type UnitState } from './systemctl.ts';
import type { SystemdSettings } from './systemd-settings.ts';

/** Lines of the journal that are read; they are cut to the bytes that are asked for. */
const JOURNAL_LINES_MAX = 200;
/** Bytes of the journal that explain an end or a failed start. */
const LAST_OUTPUT_BYTES = 1000;
/** Milliseconds after SIGKILL until a unit counts as unkillable. */
const KILLED_WITHIN_MS = 10_000;

export class SystemdLauncher implements Launcher {
  readonly name = 'systemd';
  readonly passesEnvironment = false;
  readonly #options: SystemdSettings;
  readonly #systemctl: Systemctl;
  readonly #watch: StateWatch;
  /** How systemctl is run: the agent's environment as it was at the last order. */
  #environment: LaunchOrder['environment'] = {};

  constructor(options: SystemdSettings) {
    this.#options = options;
    this.#systemctl = new Systemctl(options);
    this.#watch = new StateWatch({
      what: 'unit',
      everyMs: options.statusIntervalMs,
      look: (signal) => this.#look({ environment: this.#environment, signal }),
      lastOutput: () => this.#lastOutput(),
    });
  }

  async takeUp(record: WorkloadRecord | null, order: LaunchOrder): Promise<Launched | null> {
    const state = await this.#look(order);
    if (state.kind === 'down') return null;
    if (state.kind === 'up') return this.#watch.begin(state, order.events);
    // It cannot be looked at, which says nothing of it: one that ran is watched on, not counted as started again.
    if (record?.driver !== this.name) return null;
    order.events.unclear(state.problem);
    return this.#watch.begin(
      { kind: 'up', launched: { pid: record.pid, startToken: record.startToken }, health: null },
      order.events,
    );
  }

  async launch(order: LaunchOrder): Promise<LaunchOutcome> {
    const { unit, timeoutMs } = this.#options;
    const before = await this.#systemctl.state(order.environment);
    if (!before.ok) return before;
    if (before.value.LoadState === 'not-found')
      return {
        ok: false,
        problem: `there is no unit ${unit}. Install it (and run systemctl daemon-reload), or correct workload.unit.`,
      };
    if (before.value.LoadState === 'masked')
      return { ok: false, problem: `the unit ${unit} is masked. Run systemctl unmask ${unit}.` };
    // A unit that failed too often is not started again until that is forgiven; pauses between tries are the agent's own here.
    if (before.value.ActiveState === 'failed')
      await this.#systemctl.perform(['reset-failed'], { environment: order.environment });
    const started = await this.#systemctl.perform(['start'], { environment: order.environment, timeoutMs });
    if (started.kind !== 'done') {
      const problem =
        started.kind === 'failed' ? started.problem : `systemctl start ${unit} was not done within ${timeoutMs} ms.`;
      return { ok: false, problem: `${problem}${await this.#lastOutput()}` };
    }
    const state = await this.#look(order);
    if (state.kind === 'up') return { ok: true, launched: this.#watch.begin(state, order.events) };
    const problem =
      state.kind === 'unclear' ? state.problem : `it was started, and ${state.how}${await this.#lastOutput()}`;
    return { ok: false, problem };
  }

  async end(graceMs: number, order: LaunchOrder, signal: AbortSignal): Promise<EndOutcome> {
    this.release();
    const { environment } = order;
    if ((await this.#look(order)).kind === 'down') return { kind: 'gone' };
    // First without waiting, so that it is asked for however short the grace is.
    const asked = await this.#systemctl.perform(['stop', '--no-block'], { environment });
    if (asked.kind === 'failed') return this.#notEnded(order, asked.problem);
    if (graceMs > 0) await this.#systemctl.perform(['stop'], { environment, timeoutMs: graceMs, signal });
    if (signal.aborted) return { kind: 'aborted' };
    if ((await this.#look(order)).kind !== 'down') {
      await this.#systemctl.perform(['kill', '--signal=SIGKILL'], { environment });
      await this.#systemctl.perform(['stop'], { environment, timeoutMs: KILLED_WITHIN_MS, signal });
    }
    if (signal.aborted) return { kind: 'aborted' };
    const after = await this.#look(order);
    if (after.kind === 'down') return { kind: 'gone' };
    const { unit } = this.#options;
    return this.#notEnded(
      order,
      after.kind === 'unclear'
        ? after.problem
        : `The unit ${unit} does not stop, not even by SIGKILL. Look at systemctl status ${unit}.`,
    );
  }

  async signal(name: NodeJS.Signals): Promise<SignalOutcome> {
    // The main process alone, as with the driver process; `--kill-who` is what every version calls it.
    const sent = await this.#systemctl.perform(['kill', '--kill-who=main', `--signal=${name}`], {
      environment: this.#environment,
    });
    if (sent.kind === 'done') return { ok: true };
    const why = sent.kind === 'failed' ? sent.problem : 'systemctl kill did not answer.';
    return { ok: false, problem: `${name} was not sent: ${why}` };
  }

  output(bytesMax: number): Promise<string> {
    return this.#systemctl.journal(this.#environment, JOURNAL_LINES_MAX, bytesMax);
  }

  release(): void {
    this.#watch.end();
  }

  async #lastOutput(): Promise<string> {
    return lastWords(await this.output(LAST_OUTPUT_BYTES));
  }

  /** It goes on being watched, since it may run. */
  #notEnded(order: LaunchOrder, problem: string): EndOutcome {
    this.#watch.begin({ kind: 'up', launched: { pid: null, startToken: null }, health: null }, order.events);
    return { kind: 'failed', problem };
  }

  async #look({
    environment,
    signal,
  }: {
    readonly environment: LaunchOrder['environment'];
    readonly signal?: AbortSignal;
  }): Promise<RunState> {
    this.#environment = environment;
    const asked = await this.#systemctl.state(environment, signal);
    return asked.ok ? runStateOf(asked.value, this.#options.unit) : { kind: 'unclear', problem: asked.problem };
  }
}

function runStateOf(state: UnitState, unit: string): RunState {
  const { ActiveState, SubState, InvocationID, MainPID, LoadState } = state;
  if (LoadState === 'not-found' && ActiveState === 'inactive')
    return { kind: 'down', how: `is not there: no unit ${unit}` };
  if (ActiveState === 'inactive' || ActiveState === 'failed') return { kind: 'down', how: howItEnded(state) };
  const pid = Number(MainPID);
  return {
    kind: 'up',
    launched: {
      pid: Number.isInteger(pid) && pid > 0 ? pid : null,
      startToken: InvocationID === '' ? null : InvocationID,
    },
    health: healthOf(ActiveState, SubState, state, unit),
  };
}

function healthOf(active: string, sub: string, state: UnitState, unit: string): WorkloadHealth {
  if (active === 'active' || active === 'reloading' || active === 'refreshing') return { healthy: true, problem: null };
  // `auto-restart-queued` and the like are of systemd 254 and later.
  if (sub.startsWith('auto-restart'))
    return { healthy: false, problem: `It ${howItEnded(state)}; systemd starts it again (Restart= of ${unit}).` };
  if (active === 'activating') return { healthy: null, problem: `systemd is starting ${unit} (${sub}).` };
  return { healthy: false, problem: `systemd says that ${unit} is ${active} (${sub}).` };
}

/** ExecMainCode is waitid's `si_code`: 1 exited, 2 killed, 3 dumped core. */
function howItEnded({ Result, ExecMainCode, ExecMainStatus }: UnitState): string {
  if (Result === 'success') return 'was stopped, or ended in good order';
  const how =
    ExecMainCode === '1'
      ? `exited with code ${ExecMainStatus}`
      : ExecMainCode === '2' || ExecMainCode === '3'
        ? `was ended by signal ${ExecMainStatus}`
        : 'failed';
  return `${how} (systemd says: ${Result})`;
}
