/** What a rollout would do, before it does it. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { Nullable } from '../nullable.ts';
import { RolloutSpec } from './rollout-spec.ts';

/** What a rollout would do now. */
export const RolloutPlan = Type.Object(
  {
    planHash: Type.String({
      description: 'Give it to the start: it is refused (409) when the plan has changed since.',
    }),
    spec: RolloutSpec,
    nodes: Type.Integer({ minimum: 0 }),
    maxUnavailable: Type.Integer({ minimum: 1, description: 'In nodes.' }),
    batches: Type.Array(
      Type.Object({
        number: Type.Integer({ minimum: 1 }),
        nodes: Type.Array(
          Type.Object({ id: NodeId, status: Type.String(), sessions: Nullable(Type.Integer({ minimum: 0 })) }),
        ),
        sessions: Type.Integer({ minimum: 0, description: 'On its nodes, as far as anybody counts.' }),
      }),
    ),
    skipped: Type.Array(Type.Object({ nodeId: NodeId, because: Type.String() })),
    sessions: Type.Integer({ minimum: 0, description: 'On all of its nodes now.' }),
    uncountedNodes: Type.Integer({ minimum: 0, description: 'Nodes whose sessions nobody counts.' }),
    budgets: Type.Array(
      Type.Object({
        name: Type.String(),
        allowed: Type.Integer({ minimum: 0 }),
        unavailable: Type.Integer({ minimum: 0 }),
        matching: Type.Integer({ minimum: 0 }),
        binds: Type.Boolean({ description: 'It leaves fewer places than the rollout would use.' }),
        detail: Type.String(),
      }),
    ),
    duration: Nullable(
      Type.Object({
        expectedSeconds: Type.Integer({ minimum: 0 }),
        pessimisticSeconds: Type.Integer({
          minimum: 0,
          description: 'If every node took as long as the slowest tenth did.',
        }),
        basis: Type.String({ description: 'What it is estimated from.' }),
      }),
    ),
    warnings: Type.Array(Type.String()),
  },
  { $id: 'RolloutPlan' },
);
export type RolloutPlan = Type.Static<typeof RolloutPlan>;
