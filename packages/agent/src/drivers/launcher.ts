/** The part of a driver that differs: how one kind of workload is found, started and ended. The supervisor does the rest. */
import type { SignalOutcome, WorkloadHealth } from './driver.ts';
import type { WorkloadRecord } from './workload-record.ts';

/** What runs, as far as the launcher knows; pid and token are kept in the record, so that the next agent finds it. */
export interface Launched {
  readonly pid: number | null;
  /** Tells this start from every other one; a workload that is taken up with another one was restarted meanwhile. `null`: nothing does. */
  readonly startToken: string | null;
  /** Epoch milliseconds; absent: nobody noted it. */
  readonly startedAt?: number;
}

/** What a launcher tells of a workload that it has started or taken up. */
export interface LaunchedEvents {
  /** It ended without being asked to; how, as the end of a sentence. Told at most once per launch, and not while it is being ended. */
  readonly ended: (how: string) => void;
  /** It was restarted by somebody else (systemd, the container engine, a person): that is a new incarnation. */
  readonly restarted: (launched: Launched) => void;
  /** What the one who runs it says of its health. */
  readonly health: (health: WorkloadHealth) => void;
  /** Whether it runs cannot be told, in plain words; `null`: it can again. */
  readonly unclear: (problem: string | null) => void;
}

export interface LaunchOrder {
  readonly environment: Readonly<Record<string, string>>;
  /** Marks the workload's processes, so that they can be found when the agent dies before it has noted the pid. */
  readonly spawnId: string;
  /** Takes the workload's output. */
  readonly outputDescriptor: number;
  /** The end of what it has printed since this order. */
  readonly outputSince: () => string;
  readonly events: LaunchedEvents;
}

export type LaunchOutcome =
  | { readonly ok: true; readonly launched: Launched }
  | { readonly ok: false; readonly problem: string };

export type EndOutcome =
  | { readonly kind: 'gone' }
  /** The agent leaves; the workload may or may not end. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly problem: string };

export interface Launcher {
  readonly name: string;
  /** Whether the workload sees the environment of a `LaunchOrder`: what runs on its own has one of its own. */
  readonly passesEnvironment: boolean;
  /** Finds the workload of `record` (`null`: no agent has ever started it) and watches it; `null`: it does not run, and nothing of it is left. */
  takeUp(record: WorkloadRecord | null, order: LaunchOrder): Promise<Launched | null>;
  launch(order: LaunchOrder): Promise<LaunchOutcome>;
  /** Ends it and all that belongs to it; also what is left of one that has ended by itself. */
  end(graceMs: number, order: LaunchOrder, signal: AbortSignal): Promise<EndOutcome>;
  /** Ends and starts in one step, where the workload has a way of its own to do that. */
  readonly relaunch?: (graceMs: number, order: LaunchOrder) => Promise<LaunchOutcome>;
  signal(name: NodeJS.Signals): SignalOutcome | Promise<SignalOutcome>;
  /** The end of what the workload has printed, where that does not go to `outputDescriptor`. Never throws: where it cannot be read, it says so. */
  readonly output?: (bytesMax: number) => Promise<string>;
  /** Stops watching; nothing of the workload keeps the agent alive. */
  release(): void;
}
