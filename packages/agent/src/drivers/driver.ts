/** What the agent asks of any kind of workload, whatever runs it. */
import type { Availability, WorkloadPhase } from '@sluice/contract';

/**
 * - `starting`: it is being started
 * - `running`: it was started and has not ended; whether it is healthy is the probe's to say
 * - `stopping`: it was told to end and has not yet
 * - `stopped`: it was stopped on purpose and stays so
 * - `crashed`: it ended by itself; it is started again after a pause
 * - `cannot-start`: the last try to start it failed; it is tried again after a pause
 */
export interface WorkloadObservation {
  readonly phase: WorkloadPhase;
  /** Counts the starts, across restarts of the agent; never goes back. 0: never started. */
  readonly incarnation: number;
  /** Epoch milliseconds of this incarnation's start; `null`: never started. */
  readonly startedAt: number | null;
  /** The availability that was in its environment at its start; `null`: nobody knows. */
  readonly startedAs: Availability | null;
  /** `null` while nothing runs, or when the driver does not know. */
  readonly pid: number | null;
  /** What is wrong, in plain words, with the last output after a crash; `null` when nothing is. */
  readonly problem: string | null;
  /** What whoever runs it says of its health; `null`: says nothing of that. A health check of the configuration goes before it. */
  readonly health: WorkloadHealth | null;
}

/** Before the first start. */
export const NEVER_STARTED: WorkloadObservation = {
  phase: 'stopped',
  incarnation: 0,
  startedAt: null,
  startedAs: null,
  pid: null,
  problem: null,
  health: null,
};

/** The health of a workload that runs, in the words of what runs it (systemd, the container engine). */
export interface WorkloadHealth {
  /** `null`: it is still coming up. */
  readonly healthy: boolean | null;
  /** What is wrong, in plain words; `null` when nothing is. */
  readonly problem: string | null;
}

export interface ReplaceOptions {
  /** Between asking the workload to end and ending it. */
  readonly graceMs: number;
  /** What the one who asks has seen; a workload past it has been replaced already and is left alone. */
  readonly previousIncarnation: number;
}

export type ReplaceOutcome =
  | { readonly kind: 'replaced'; readonly incarnation: number }
  | { readonly kind: 'already-replaced'; readonly incarnation: number }
  /** `incarnation` is the one that remains; the driver goes on trying to start where nothing runs. */
  | { readonly kind: 'failed'; readonly incarnation: number; readonly problem: string };

export type StopOutcome = { readonly kind: 'stopped' } | { readonly kind: 'failed'; readonly problem: string };

export type SignalOutcome = { readonly ok: true } | { readonly ok: false; readonly problem: string };

export interface Driver {
  readonly name: string;
  /** Takes up the workload that an earlier agent left running, else starts it; keeps it running from then on. A workload that cannot be started is no error: see `observe`. */
  start(): Promise<void>;
  /** Stops it gracefully and starts it; resolves when the new one has been started. */
  replace(options: ReplaceOptions): Promise<ReplaceOutcome>;
  /** Stops it gracefully, and it stays stopped until `replace` or the next start of the agent. */
  stop(graceMs: number): Promise<StopOutcome>;
  /** Sends a signal to the workload's main process. */
  signal(name: NodeJS.Signals): Promise<SignalOutcome>;
  observe(): WorkloadObservation;
  /** The end of what the workload has printed. */
  output(bytesMax: number): Promise<string>;
  /** Calls the listener after every change of what `observe` says. */
  onChange(listener: () => void): void;
  /** The agent leaves, the workload stays. What was under way is given up and taken up again by the next agent. */
  detach(): Promise<void>;
}
