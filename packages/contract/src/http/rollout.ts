/** A rollout as the API shows it: how far it is, what it waits for, and each of its nodes. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { Nullable } from '../nullable.ts';
import { RolloutSpec } from './rollout-spec.ts';
import { Timestamp } from './timestamp.ts';

/** What makes it go, wait, or have ended. Terminal ones change only by `retry`. */
export const RolloutStatus = Type.Union([
  Type.Literal('running'),
  Type.Literal('paused'),
  Type.Literal('cancelling', { description: 'Nothing new begins; what is in flight finishes.' }),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
]);
export type RolloutStatus = Type.Static<typeof RolloutStatus>;

export const RolloutNodeStatus = Type.Union([
  Type.Literal('pending'),
  Type.Literal('draining'),
  Type.Literal('acting'),
  Type.Literal('undraining'),
  Type.Literal('settling'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('skipped'),
]);
export type RolloutNodeStatus = Type.Static<typeof RolloutNodeStatus>;

/** Why it does not go on by itself. */
export const RolloutPause = Type.Object({
  because: Type.Union([
    Type.Literal('operator'),
    Type.Literal('canary'),
    Type.Literal('failures'),
    Type.Literal('metric-gate'),
    Type.Literal('mass-silence'),
    Type.Literal('stalled'),
    Type.Literal('restored'),
  ]),
  detail: Type.String({ description: 'For a person: what happened, and what goes on.' }),
  by: Type.String(),
  at: Timestamp,
});
export type RolloutPause = Type.Static<typeof RolloutPause>;

const Counts = {
  nodes: Type.Integer({ minimum: 0 }),
  pending: Type.Integer({ minimum: 0 }),
  inProgress: Type.Integer({ minimum: 0 }),
  succeeded: Type.Integer({ minimum: 0 }),
  failed: Type.Integer({ minimum: 0 }),
  skipped: Type.Integer({ minimum: 0 }),
};

export const Rollout = Type.Object(
  {
    id: Type.String(),
    status: RolloutStatus,
    pause: Nullable(RolloutPause),
    waiting: Nullable(
      Type.String({ description: 'While it runs and cannot begin the next node: what it waits for, in one sentence.' }),
    ),
    error: Nullable(Type.String({ description: 'Why it failed.' })),
    spec: RolloutSpec,
    createdBy: Type.String(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    endedAt: Nullable(Timestamp),
    counts: Type.Object(Counts),
    unavailable: Type.Object(
      { now: Type.Integer({ minimum: 0 }), allowed: Type.Integer({ minimum: 0 }) },
      { description: 'Of its nodes: how many are out, for whatever reason, and how many may be.' },
    ),
    batches: Type.Array(Type.Object({ number: Type.Integer({ minimum: 1 }), ...Counts }), {
      description: 'In a list of rollouts: none, they may be thousands; get the one rollout for them.',
    }),
    newNodes: Type.Array(NodeId, { description: 'Joined since the start, match, and are not taken; the first 100.' }),
    newNodesCount: Type.Integer({
      minimum: 0,
      description: 'How many these are; of those beyond the first 100, as many as were in the fleet at once.',
    }),
    expectedEndAt: Nullable(Timestamp),
    revision: Type.Integer({ minimum: 1 }),
  },
  { $id: 'Rollout', description: 'One command applied to many nodes in order, under a budget.' },
);
export type Rollout = Type.Static<typeof Rollout>;

export const RolloutNode = Type.Object(
  {
    nodeId: NodeId,
    position: Type.Integer({ minimum: 1 }),
    batch: Type.Integer({ minimum: 1 }),
    status: RolloutNodeStatus,
    detail: Nullable(Type.String({ description: 'Why it failed, was skipped, or waits.' })),
    attempt: Type.Integer({ minimum: 1 }),
    operationIds: Type.Array(Type.String(), { description: 'Of this attempt, in their order.' }),
    startedAt: Nullable(Timestamp),
    endedAt: Nullable(Timestamp),
  },
  { $id: 'RolloutNode' },
);
export type RolloutNode = Type.Static<typeof RolloutNode>;
