/** What a workload and its agent tell each other over the agent's Unix socket: one JSON object a line, described in docs/workload.md. */
import Type from 'typebox';
import { Availability } from './availability.ts';
import { Instant } from './instant.ts';
import { Json } from './json.ts';
import { Nullable } from './nullable.ts';
import { REASON_LENGTH_MAX } from './operation.ts';
import { COMMAND_NAME_PATTERN } from './workload.ts';

export const WORKLOAD_SOCKET_VERSION = 1;
/** Bytes of a line in either direction: metadata of 64 KiB, and what is around it. */
export const WORKLOAD_LINE_BYTES_MAX = 128 * 1024;
/** Sessions that a workload names; the others only count. */
export const NAMED_SESSIONS_MAX = 100;
/** Milliseconds that a lock may be held without being renewed: a day. */
export const LOCK_TTL_MS_MAX = 86_400_000;

/** Bytes of what a command's handler returns, as JSON: it travels beside the output in one message. */
export const COMMAND_VALUE_BYTES_MAX = 8192;
/** Milliseconds that a command of the workload may take: a day. */
const COMMAND_TIMEOUT_MS_MAX = 86_400_000;

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
  /** The node should be drained. The same id again is the same wish; another one is a new wish. */
  Type.Object({
    kind: Type.Literal('leave'),
    id: Id,
    reason: Type.Optional(Nullable(Type.String({ maxLength: REASON_LENGTH_MAX }))),
  }),
  /** It need not be drained for the workload's sake. */
  Type.Object({ kind: Type.Literal('stay') }),
  /** This process runs a command of that name when it is asked to. Said again: described anew. */
  Type.Object({
    kind: Type.Literal('command'),
    name: Type.String({ pattern: COMMAND_NAME_PATTERN }),
    description: Type.String({ minLength: 1, maxLength: 1024 }),
    /** Each parameter as in agent.yaml. */
    params: Type.Optional(Type.Record(Type.String(), Json)),
    disruptive: Type.Optional(Type.Boolean()),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: COMMAND_TIMEOUT_MS_MAX })),
  }),
  /** More of what a command that runs has to say. */
  Type.Object({ kind: Type.Literal('output'), id: Id, text: Type.String() }),
  /** The command has ended; `problem`: why it failed. */
  Type.Object({
    kind: Type.Literal('result'),
    id: Id,
    value: Type.Optional(Json),
    problem: Nullable(Type.String({ maxLength: 1024 })),
  }),
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
  /** Run a command that this process offers, and say what came of it, under this id. */
  Type.Object({
    kind: Type.Literal('run'),
    id: Type.String(),
    name: Type.String(),
    params: Type.Record(Type.String(), Json),
    timeoutMs: Type.Integer({ minimum: 1 }),
  }),
  /** Stop that command: nobody wants it any more, or its time is over. Its result is said all the same. */
  Type.Object({ kind: Type.Literal('cancel'), id: Type.String() }),
  /** Something was not taken, in plain words. */
  Type.Object({ kind: Type.Literal('refused'), problem: Type.String() }),
]);
export type ToWorkloadMessage = Type.Static<typeof ToWorkloadMessage>;
