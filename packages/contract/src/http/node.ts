/** A node as the API shows it. */
import Type from 'typebox';
import { Availability, Blocker, DrainPhase, OnDeadline } from '../availability.ts';
import { NodeId } from '../ids.ts';
import { Nullable } from '../nullable.ts';
import { Labels, Resources, WorkloadPhase } from '../workload.ts';
import { Timestamp } from './timestamp.ts';

export const NodeStatus = Type.Union(
  [
    Type.Literal('active'),
    Type.Literal('draining'),
    Type.Literal('drained'),
    Type.Literal('restarting'),
    Type.Literal('unhealthy'),
    Type.Literal('offline'),
  ],
  { description: 'What is true now, derived.' },
);
export type NodeStatus = Type.Static<typeof NodeStatus>;
/** All of them, in the order in which people read them. */
export const NODE_STATUSES: readonly NodeStatus[] = NodeStatus.anyOf.map((status) => status.const);

export const HoldView = Type.Object({
  name: Type.String(),
  owner: Type.String(),
  reason: Nullable(Type.String()),
  placedAt: Timestamp,
  expiresAt: Nullable(Timestamp),
  deadlineAt: Nullable(Timestamp),
});
export type HoldView = Type.Static<typeof HoldView>;

export const DrainView = Type.Object({
  reason: Nullable(Type.String()),
  requestedBy: Type.String(),
  startedAt: Timestamp,
  deadlineAt: Nullable(Timestamp),
  onDeadline: OnDeadline,
  phase: DrainPhase,
  sessionsAtStart: Nullable(Type.Integer({ description: 'null: not counted (yet)' })),
  sessionsRemaining: Nullable(Type.Integer({ description: 'null: not counted (yet)' })),
  blockers: Type.Array(Blocker, { description: 'Which sessions it waits for, where the probe names them.' }),
  estimatedMsLeft: Nullable(
    Type.Integer({ description: 'From the rate of this very drain; null when it has none yet.' }),
  ),
  problem: Nullable(Type.String({ description: 'Why it does not get on, in plain words.' })),
  forced: Type.Boolean({ description: 'Whether the deadline ended sessions.' }),
});
export type DrainView = Type.Static<typeof DrainView>;

export const Node = Type.Object(
  {
    id: NodeId,
    name: Type.String(),
    type: Type.String(),
    status: NodeStatus,
    availability: Availability,
    connected: Type.Boolean({ description: 'Whether its agent has a session with a server now.' }),
    ip: Type.String(),
    port: Nullable(Type.Integer()),
    version: Nullable(Type.String()),
    region: Nullable(Type.String()),
    zone: Nullable(Type.String()),
    labels: Labels,
    resources: Resources,
    load: Type.Object({
      sessions: Nullable(Type.Integer()),
      cpuPercent: Nullable(Type.Number()),
      memoryBytes: Nullable(Type.Integer()),
      problem: Nullable(Type.String({ description: 'Why the sessions cannot be counted, in plain words.' })),
    }),
    workload: Type.Object({
      driver: Type.String(),
      phase: WorkloadPhase,
      healthy: Nullable(Type.Boolean({ description: 'null: not checked since it started' })),
      incarnation: Type.Integer({ description: 'Counts the starts of the workload.' }),
      startedAt: Nullable(Timestamp),
      problem: Nullable(Type.String()),
      locks: Type.Array(Type.Object({ reason: Type.String(), since: Timestamp, expiresAt: Timestamp }), {
        description: 'The workload’s own wishes not to be interrupted now.',
      }),
    }),
    drain: Nullable(DrainView),
    holds: Type.Array(HoldView),
    lastSeenAt: Nullable(Timestamp),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    revision: Type.Integer({ description: 'Grows with every recorded change of the node.' }),
  },
  { $id: 'Node', description: 'One manageable member of the fleet.' },
);
export type Node = Type.Static<typeof Node>;
