/** The driver `docker`: the workload is a container that exists already. A start of it is told from every other by its id and `StartedAt`. */
import { lastWords } from '../../run-command.ts';
import { quote } from '../../quote.ts';
import type { SignalOutcome, WorkloadHealth } from '../driver.ts';
import type { EndOutcome, Launched, Launcher, LaunchOrder, LaunchOutcome } from '../launcher.ts';
import { type RunState, StateWatch } from '../watch-state.ts';
import type { WorkloadRecord } from '../workload-record.ts';
import { DockerContainer, type Inspected } from './docker-container.ts';
import type { DockerSettings } from './docker-settings.ts';

/** Bytes of output that explain an end or a failed start. */
const LAST_OUTPUT_BYTES = 1000;

export class DockerLauncher implements Launcher {
  readonly name = 'docker';
  readonly passesEnvironment = false;
  readonly #settings: DockerSettings;
  readonly #container: DockerContainer;
  readonly #watch: StateWatch;

  constructor(settings: DockerSettings) {
    this.#settings = settings;
    this.#container = new DockerContainer(settings);
    this.#watch = new StateWatch({
      what: 'container',
      everyMs: settings.statusIntervalMs,
      look: (signal) => this.#look(signal),
      lastOutput: () => this.#lastOutput(),
    });
  }

  async takeUp(record: WorkloadRecord | null, { events }: LaunchOrder): Promise<Launched | null> {
    const state = await this.#look();
    if (state.kind === 'down') return null;
    if (state.kind === 'up') return this.#watch.begin(state, events);
    // An engine that cannot be asked says nothing: a container that ran is watched on, not counted as started again.
    if (record?.driver !== this.name) return null;
    return this.#watch.begin(
      { kind: 'up', launched: { pid: record.pid, startToken: record.startToken }, health: null },
      events,
    );
  }

  async launch({ events }: LaunchOrder): Promise<LaunchOutcome> {
    const problem = await this.#container.act('start', '', this.#settings.timeoutMs);
    if (problem !== null) {
      // The engine's own words for a container that is not there do not say what to do.
      const inspection = await this.#container.inspect();
      return { ok: false, problem: inspection.kind === 'missing' ? inspection.problem : problem };
    }
    const state = await this.#look();
    if (state.kind === 'up') return { ok: true, launched: this.#watch.begin(state, events) };
    return {
      ok: false,
      problem: state.kind === 'unclear' ? state.problem : `it was started, and ${state.how}${await this.#lastOutput()}`,
    };
  }

  async end(graceMs: number, { events }: LaunchOrder, signal: AbortSignal): Promise<EndOutcome> {
    this.release();
    if ((await this.#look()).kind === 'down') return { kind: 'gone' };
    // The engine itself kills after the grace; it counts it in whole seconds.
    const graceSeconds = Math.ceil(graceMs / 1000);
    const { timeoutMs } = this.#settings;
    const stopped = await this.#container.act('stop', `?t=${graceSeconds}`, graceSeconds * 1000 + timeoutMs, signal);
    if (signal.aborted) return { kind: 'aborted' };
    if (stopped === null || (await this.#look()).kind === 'down') return { kind: 'gone' };
    const killed = await this.#container.act('kill', '?signal=SIGKILL', timeoutMs, signal);
    if (signal.aborted) return { kind: 'aborted' };
    if ((await this.#look()).kind === 'down') return { kind: 'gone' };
    // It goes on being watched, since it may run.
    this.#watch.begin({ kind: 'up', launched: { pid: null, startToken: null }, health: null }, events);
    return { kind: 'failed', problem: killed ?? stopped };
  }

  async signal(name: NodeJS.Signals): Promise<SignalOutcome> {
    const problem = await this.#container.act('kill', `?signal=${name}`, this.#settings.timeoutMs);
    return problem === null ? { ok: true } : { ok: false, problem: `${name} was not sent: ${problem}` };
  }

  output(bytesMax: number): Promise<string> {
    return this.#container.output(bytesMax);
  }

  release(): void {
    this.#watch.end();
  }

  async #lastOutput(): Promise<string> {
    return lastWords(await this.output(LAST_OUTPUT_BYTES));
  }

  async #look(signal?: AbortSignal): Promise<RunState> {
    const inspection = await this.#container.inspect(signal);
    switch (inspection.kind) {
      case 'found':
        return runStateOf(inspection.container);
      case 'missing':
        return { kind: 'down', how: `is not there. ${inspection.problem}` };
      case 'failed':
        return { kind: 'unclear', problem: inspection.problem };
    }
  }
}

function runStateOf({ Id, State }: Inspected): RunState {
  // A container that the engine is about to start again counts as up: nobody else has to.
  if (!State.Running && !State.Restarting) return { kind: 'down', how: howItEnded(State) };
  const startedAt = Date.parse(State.StartedAt);
  return {
    kind: 'up',
    launched: {
      pid: State.Pid > 0 ? State.Pid : null,
      startToken: `${Id}:${State.StartedAt}`,
      ...(startedAt > 0 ? { startedAt } : {}),
    },
    health: healthOf(State),
  };
}

/** One whose image has no HEALTHCHECK is healthy while it runs. */
function healthOf(state: Inspected['State']): WorkloadHealth {
  if (state.Restarting)
    return { healthy: false, problem: `It ${howItEnded(state)}; the engine starts it again (its restart policy).` };
  if (state.Paused) return { healthy: false, problem: 'The container is paused. docker unpause lets it go on.' };
  const { Health } = state;
  if (Health === undefined || Health === null || Health.Status === 'none' || Health.Status === 'healthy')
    return { healthy: true, problem: null };
  const said = quote(Health.Log?.at(-1)?.Output ?? '');
  const problem = `The container's health check says ${Health.Status}${said === '' ? '' : `: ${said}`}`;
  return { healthy: Health.Status === 'starting' ? null : false, problem };
}

function howItEnded({ ExitCode, OOMKilled, Error: why, Status }: Inspected['State']): string {
  if (Status === 'created') return 'has not been started yet';
  const words = why === undefined || why === '' ? '' : ` (${quote(why)})`;
  if (OOMKilled) return `was ended by the kernel for want of memory, with exit code ${ExitCode}${words}`;
  return `exited with code ${ExitCode}${words}`;
}
