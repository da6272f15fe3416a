/** What a workload and its agent tell each other over the agent's Unix socket: one JSON object a line, described in docs/workload.md. */
import Type from 'typebox';
import { Availability } from './availability.ts';
import { Instant } from './instant.ts';
import { Json } from './json.ts';
import { Nullable } from './nullable.ts';

export const WORKLOAD_SOCKET_VERSION = 1;
/** Bytes of a line in either direction: metadata of 64 KiB, and what is around it. */
export const WORKLOAD_LINE_BYTES_MAX = 128 * 1024;
/** Sessions that a workload names; the others only count. */
export const NAMED_SESSIONS_MAX = 100;
/** Milliseconds that a lock may be held without being renewed: a day. */
export const LOCK_TTL_MS_MAX = 86_400_000;

const Id = Type.String({ minLength: 1, maxLength: 256 });

/** From the workload. Fields that are not known here are ignored, so that newer libraries work with older agents. */
export const WorkloadMessage = Type.Union([
  /** First on every connection. */
  Type.Object({ kind: Type.Literal('join'), version: Type.Integer({ minimum: 1 }) }),
  /** How many sessions this connection's process has now, and the oldest of them by name. */
  Type.Object({
    kind: Type.Literal('sessions'),
    count: Type.Integer({ minimum: 0 }),
    oldest: Type.Optional(Type.Array(Type.Object({ id: Id, startedAt: Instant }), { maxItems: NAMED_SESSIONS_MAX })),
  }),
  /** Said again with the same id: renewed. */
  Type.Object({
    kind: Type.Literal('lock'),
    id: Id,
    reason: Type.String({ minLength: 1, maxLength: 1024 }),
    ttlMs: Type.Integer({ minimum: 1, maximum: LOCK_TTL_MS_MAX }),
  }),
  Type.Object({ kind: Type.Literal('unlock'), id: Id }),
  /** The state with this sequence number was taken; `problem`: what the workload could not do about it. */
  Type.Object({
    kind: Type.Literal('taken'),
    sequence: Type.Integer({ minimum: 0 }),
    problem: Nullable(Type.String({ maxLength: 1024 })),
  }),
]);
export type WorkloadMessage = Type.Static<typeof WorkloadMessage>;

/** From the agent. */
export const ToWorkloadMessage = Type.Union([
  /** Answers `join`, and comes again whenever something of it changes. */
  Type.Object({
    kind: Type.Literal('state'),
    sequence: Type.Integer({ minimum: 0 }),
    nodeId: Type.String(),
    availability: Availability,
    metadata: Json,
  }),
  /** Something was not taken, in plain words. */
  Type.Object({ kind: Type.Literal('refused'), problem: Type.String() }),
]);
export type ToWorkloadMessage = Type.Static<typeof ToWorkloadMessage>;
