/** What a step of a rollout sees of the world, and what it answers. */
import type { OperationRecord, RolloutEvent } from '@sluice/contract';
import type { Command } from '../command.ts';
import type { NodeState } from '../node/node.ts';
import type { RolloutState, RolloutStepName } from './rollout.ts';

/** How many places a budget has left for nodes that are available now. */
export interface BudgetPlaces {
  readonly name: string;
  readonly placesLeft: number;
  /**
   * Its arithmetic, in one sentence (`standingInWords`), without names: whoever may see the rollout may not see all nodes of the
   * budget. Asked for only where it is told.
   */
  readonly inWords: () => string;
}

/** What the address of the metric gate answered since the rollout last began to run (`header.runningSince`). */
export interface GateResult {
  /** Of the last answer; `null`: there was none yet. */
  readonly isGood: boolean | null;
  /** Bad answers in a row up to now. */
  readonly badInARow: number;
  /** What the last answer was, for a person. */
  readonly detail: string;
}

export interface RolloutView {
  /** The node as it is now; `undefined`: the fleet has no such node. */
  readonly node: (nodeId: string) => NodeState | undefined;
  /**
   * An operation that has left its node's state, as it ended; `null`: there is none with this id.
   * `undefined`: it is not in memory. The step names it in `unknownOperations`: look it up and step again.
   */
  readonly endedOperation: (operationId: string) => OperationRecord | null | undefined;
  /** The budgets that match the node. */
  readonly budgetsOf: (node: NodeState) => readonly BudgetPlaces[];
  /** The rollout that has the node in its hands, other than this one; `null`: none has. */
  readonly otherRolloutOf: (nodeId: string) => string | null;
  /** Nodes that registered at or after this instant; those that the rollout knows may be among them. */
  readonly registeredSince: (at: number) => Iterable<NodeState>;
  /**
   * The view is not to be trusted yet with the beginning of a node: why, for a person. It passes by itself, and soon.
   * `null`: a node may begin.
   */
  readonly whyNotYet: string | null;
  /** Many nodes fell silent together: how many, for a person; `null`: they did not. */
  readonly massSilence: string | null;
  /** `null`: the rollout has no metric gate. */
  readonly gate: GateResult | null;
}

/** A command for a node, to be given once the step's events are committed. */
export interface RolloutNodeCommand {
  readonly nodeId: string;
  readonly attempt: number;
  readonly status: RolloutStepName;
  /** The idempotency key: given twice, it is done once and answered by the same operation. */
  readonly key: string;
  readonly command: Command;
  /** It is not wanted any more: only whether it was done already, under its key, is asked; else it is refused, `command-withdrawn`. */
  readonly isWithdrawn: boolean;
}

export interface RolloutStep {
  /** What has happened, to be committed; `state` is after them. */
  readonly events: readonly RolloutEvent[];
  readonly state: RolloutState;
  /**
   * All commands that nobody has answered yet, also those of earlier steps. Who gives them leaves out what is on its way, gives
   * those of one node one after the other, and tells each answer (`RecordAnswer`).
   */
  readonly commands: readonly RolloutNodeCommand[];
  /** Epoch milliseconds at which to step again though nothing changed; `null`: only when something does. */
  readonly wakeAt: number | null;
  /** While it runs and cannot begin the next node: what it waits for, in one sentence. */
  readonly waiting: string | null;
  /** Of all its nodes, those that are out now, for whatever reason, and are not meant to be; `null`: not counted by this step. */
  readonly unavailable: number | null;
  /** Operations that the view did not have; see `RolloutView.endedOperation`. */
  readonly unknownOperations: readonly string[];
}
