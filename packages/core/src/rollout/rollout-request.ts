/** Everything that can be asked of, or told about, a rollout: the first arguments of `decideRollout`. */
import type { Problem, RolloutEvent } from '@sluice/contract';
import type { NormalSpec, RolloutState, RolloutStepName } from './rollout.ts';

export type RolloutRequest =
  /** A person or program asks. */
  | {
      readonly kind: 'StartRollout';
      readonly id: string;
      readonly spec: NormalSpec;
      /** In their order; at least one, each once. */
      readonly nodeIds: readonly string[];
      /** See `RolloutHeader.scope`. */
      readonly scope?: string;
    }
  | { readonly kind: 'PauseRollout'; readonly reason: string | null }
  | { readonly kind: 'ResumeRollout'; readonly reason: string | null }
  | { readonly kind: 'ApproveRollout'; readonly reason: string | null }
  | { readonly kind: 'CancelRollout'; readonly reason: string | null }
  | { readonly kind: 'RetryRollout'; readonly reason: string | null }
  /** The pipeline answered to a command that a step gave for a node. */
  | {
      readonly kind: 'RecordAnswer';
      readonly nodeId: string;
      readonly attempt: number;
      /** The step that the command was given for. An answer that comes after the node left it changes nothing. */
      readonly status: RolloutStepName;
      readonly answer:
        | { readonly kind: 'taken'; readonly operationId: string }
        | { readonly kind: 'refused'; readonly problem: Problem };
    }
  /** The server may not know what became of it: its store is an older copy, or no server ran for long. */
  | { readonly kind: 'DoubtRollout'; readonly detail: string }
  /** The clock that the server reads was set by this many milliseconds. */
  | { readonly kind: 'ShiftTimes'; readonly byMs: number };

/** What a decision may know besides the state. */
export interface RolloutContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Who asks. */
  readonly by: string;
  /** Rollouts that have not ended, beside this one. */
  readonly othersUnended: number;
  /** How many of them there may be at most. */
  readonly unendedMax: number;
}

/** The facts to record, and the state that they lead to; without any, nothing has changed. */
export interface RolloutDecision {
  readonly events: readonly RolloutEvent[];
  readonly state: RolloutState;
}
