/** Events of rollouts. They change no node; those about one node of a rollout name it, and so are in that node's history too. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { RolloutPause } from '../http/rollout.ts';
import { RolloutSpec } from '../http/rollout-spec.ts';
import { Nullable } from '../nullable.ts';

const OfRollout = { rolloutId: Type.String() };
const OfNode = { ...OfRollout, nodeId: NodeId, attempt: Type.Integer({ minimum: 1 }) };

/** Where a node of a rollout is while it is in the rollout's hands. */
const Step = Type.Union([
  Type.Literal('draining'),
  Type.Literal('acting'),
  Type.Literal('undraining'),
  Type.Literal('settling'),
]);

/** How a node's turn ends once it has been put back into rotation; `null`: that is not known before. */
const EndsAs = Nullable(
  Type.Object({ status: Type.Union([Type.Literal('failed'), Type.Literal('skipped')]), detail: Type.String() }),
);

/** Its nodes and their order are settled from here on. */
const RolloutStarted = Type.Object({
  kind: Type.Literal('RolloutStarted'),
  ...OfRollout,
  /** With its defaults filled in. */
  spec: RolloutSpec,
  nodes: Type.Integer({ minimum: 1 }),
  by: Type.String(),
});

/** Nothing new begins; what is in flight finishes. */
const RolloutPaused = Type.Object({
  kind: Type.Literal('RolloutPaused'),
  ...OfRollout,
  because: RolloutPause.properties.because,
  detail: Type.String(),
  by: Type.String(),
});

const RolloutResumed = Type.Object({
  kind: Type.Literal('RolloutResumed'),
  ...OfRollout,
  reason: Nullable(Type.String()),
  by: Type.String(),
});

/** The canary went well, and a person said that the others may follow. */
const RolloutApproved = Type.Object({
  kind: Type.Literal('RolloutApproved'),
  ...OfRollout,
  reason: Nullable(Type.String()),
  by: Type.String(),
});

/** A person does not want it any more: nothing new begins. */
const RolloutCancelled = Type.Object({
  kind: Type.Literal('RolloutCancelled'),
  ...OfRollout,
  reason: Nullable(Type.String()),
  by: Type.String(),
});

/** So many nodes have failed that nothing new begins; it ends as failed once nothing is in flight. */
const RolloutAborted = Type.Object({ kind: Type.Literal('RolloutAborted'), ...OfRollout, detail: Type.String() });

/** All nodes that had failed have their turn once more. */
const RolloutRetried = Type.Object({
  kind: Type.Literal('RolloutRetried'),
  ...OfRollout,
  /** How many. */
  nodes: Type.Integer({ minimum: 1 }),
  reason: Nullable(Type.String()),
  by: Type.String(),
});

/** Nodes registered since the start, and match. */
const RolloutNodesJoined = Type.Object({
  kind: Type.Literal('RolloutNodesJoined'),
  ...OfRollout,
  nodeIds: Type.Array(NodeId),
  /** How many more there are: where they are only reported, the first 100 are named. */
  others: Type.Integer({ minimum: 0 }),
  /** Whether they are taken into its order, at the end; else they are only reported. */
  areIncluded: Type.Boolean(),
});

/** A node's turn has begun. */
const RolloutNodeBegun = Type.Object({
  kind: Type.Literal('RolloutNodeBegun'),
  ...OfNode,
  batch: Type.Integer({ minimum: 1 }),
  status: Step,
});

/** The command of the step that a node is at was taken: this operation does it. */
const RolloutNodeOperationRequested = Type.Object({
  kind: Type.Literal('RolloutNodeOperationRequested'),
  ...OfNode,
  status: Step,
  operationId: Type.String(),
});

/** A node is at its next step. */
const RolloutNodeAdvanced = Type.Object({
  kind: Type.Literal('RolloutNodeAdvanced'),
  ...OfNode,
  status: Step,
  endsAs: EndsAs,
  /** Settling: since when it is as it should be, in epoch milliseconds; `null`: it is not yet. */
  healthySince: Nullable(Type.Integer()),
});

/** While it settles, a node has become as it should be, or is so no more. */
const RolloutNodeHealthChanged = Type.Object({
  kind: Type.Literal('RolloutNodeHealthChanged'),
  ...OfNode,
  healthySince: Nullable(Type.Integer()),
  /** What is wrong with it; `null`: nothing. */
  detail: Nullable(Type.String()),
});

/** A budget had no place for it after all: nothing was done, and its turn comes again. */
const RolloutNodePutBack = Type.Object({
  kind: Type.Literal('RolloutNodePutBack'),
  ...OfNode,
  detail: Type.String(),
  /** Epoch milliseconds before which it is not tried again. */
  notBefore: Type.Integer(),
});

/** A node's turn is over, or it will have none. */
const RolloutNodeEnded = Type.Object({
  kind: Type.Literal('RolloutNodeEnded'),
  ...OfNode,
  status: Type.Union([Type.Literal('succeeded'), Type.Literal('failed'), Type.Literal('skipped')]),
  /** Why it failed or was skipped. */
  detail: Nullable(Type.String()),
});

/** The server's clock was set: its times to come moved along, so that each lasts as long as before. */
const RolloutTimesShifted = Type.Object({
  kind: Type.Literal('RolloutTimesShifted'),
  ...OfRollout,
  byMs: Type.Integer(),
});

/** Nothing of it is in flight, and nothing of it begins any more. */
const RolloutEnded = Type.Object({
  kind: Type.Literal('RolloutEnded'),
  ...OfRollout,
  status: Type.Union([Type.Literal('succeeded'), Type.Literal('failed'), Type.Literal('cancelled')]),
  /** Why it failed. */
  error: Nullable(Type.String()),
  succeeded: Type.Integer({ minimum: 0 }),
  failed: Type.Integer({ minimum: 0 }),
  skipped: Type.Integer({ minimum: 0 }),
  /** Nodes that it never came to. */
  pending: Type.Integer({ minimum: 0 }),
});

export const RolloutEvent = Type.Union([
  RolloutStarted,
  RolloutPaused,
  RolloutResumed,
  RolloutApproved,
  RolloutCancelled,
  RolloutAborted,
  RolloutRetried,
  RolloutNodesJoined,
  RolloutNodeBegun,
  RolloutNodeOperationRequested,
  RolloutNodeAdvanced,
  RolloutNodeHealthChanged,
  RolloutNodePutBack,
  RolloutNodeEnded,
  RolloutTimesShifted,
  RolloutEnded,
]);
export type RolloutEvent = Type.Static<typeof RolloutEvent>;
