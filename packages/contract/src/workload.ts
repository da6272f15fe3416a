/** What an agent reports of its node and workload: identity, state, load, declared commands. */
import Type from 'typebox';
import { Availability } from './availability.ts';
import { Json } from './json.ts';
import { NodeId } from './ids.ts';
import { Counter, Instant } from './instant.ts';
import { Nullable } from './nullable.ts';
import { REASON_LENGTH_MAX } from './operation.ts';

/** Labels are for selectors, not for documents. */
export const LABELS_MAX = 64;
/** Characters of a label's value. */
export const LABEL_VALUE_LENGTH_MAX = 256;
/** Characters of name, type, version, region and zone. */
export const NAME_LENGTH_MAX = 255;
/** Characters of any sentence that an agent sends about a problem. */
export const PROBLEM_TEXT_LENGTH_MAX = 4096;
/** Commands that one agent may declare. */
export const DECLARED_COMMANDS_MAX = 100;

const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX });

export const Labels = Type.Record(Type.String(), Type.String({ maxLength: LABEL_VALUE_LENGTH_MAX }), {
  maxProperties: LABELS_MAX,
});
export type Labels = Type.Static<typeof Labels>;

/** What the machine has; an agent may report more than these. Sizes are bytes. */
export const Resources = Type.Object({
  cpuCount: Type.Optional(Type.Integer({ minimum: 0 })),
  memoryBytes: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Resources = Type.Static<typeof Resources>;

/** What a node says it is. `ip` absent: the server takes the address that the agent came from. */
export const NodeIdentity = Type.Object({
  id: NodeId,
  name: Name,
  type: Name,
  ip: Type.Optional(Type.String({ maxLength: 64 })),
  port: Nullable(Type.Integer({ minimum: 0, maximum: 65_535 })),
  version: Nullable(Name),
  region: Nullable(Name),
  zone: Nullable(Name),
  labels: Labels,
});
export type NodeIdentity = Type.Static<typeof NodeIdentity>;

/** What a command may be called. */
export const COMMAND_NAME_PATTERN = '^[a-z][a-z0-9-]{0,62}$';
const CommandName = Type.String({ pattern: COMMAND_NAME_PATTERN });

/** A command of `agent.yaml`, or of the workload itself, that the server may ask for; parameters are described by a JSON Schema object. */
export const DeclaredCommand = Type.Object({
  name: CommandName,
  description: Type.String({ maxLength: 1024 }),
  parameters: Type.Record(Type.String(), Json),
  disruptive: Type.Boolean(),
  timeoutMs: Type.Integer({ minimum: 1 }),
});
export type DeclaredCommand = Type.Static<typeof DeclaredCommand>;

/** Characters of a boot's id; Linux gives a UUID. */
export const BOOT_ID_LENGTH_MAX = 128;
export const BootId = Type.String({ minLength: 1, maxLength: BOOT_ID_LENGTH_MAX });

/** That the machine may be rebooted, and what tells one boot of it from the next. */
export const RebootOffer = Type.Object({
  /** The boot that the agent runs in: another one is the proof that the machine was rebooted. */
  bootId: BootId,
  /** How long the machine gets, from the command until its agent is back. */
  withinMs: Type.Integer({ minimum: 1 }),
});
export type RebootOffer = Type.Static<typeof RebootOffer>;

/** A workload's own wish not to be restarted now (a match that must not be cut, a migration). */
export const WorkloadLock = Type.Object({
  reason: Type.String({ maxLength: 1024 }),
  since: Instant,
  expiresAt: Instant,
});
export type WorkloadLock = Type.Static<typeof WorkloadLock>;

/** A workload's own wish that its node be drained; told until the workload takes it back or is started anew. */
export const WorkloadLeaving = Type.Object({
  reason: Nullable(Type.String({ maxLength: REASON_LENGTH_MAX })),
  /** When it was wished: another instant is another wish. */
  since: Instant,
});
export type WorkloadLeaving = Type.Static<typeof WorkloadLeaving>;

export const WorkloadPhase = Type.Union([
  Type.Literal('starting'),
  Type.Literal('running'),
  Type.Literal('stopping'),
  Type.Literal('stopped'),
  Type.Literal('crashed'),
  Type.Literal('cannot-start'),
]);
export type WorkloadPhase = Type.Static<typeof WorkloadPhase>;

/** The workload as its agent sees it. `incarnation` counts its starts and never goes back. */
export const WorkloadReport = Type.Object({
  driver: Name,
  phase: WorkloadPhase,
  /** `null`: not checked since this incarnation started. */
  healthy: Nullable(Type.Boolean()),
  incarnation: Counter,
  startedAt: Nullable(Instant),
  /** The availability that was in its environment: one that was started as drained keeps its door closed until it is told. Absent: nobody knows. */
  startedAs: Type.Optional(Availability),
  /** What is wrong, in plain words; `null` when nothing is. */
  problem: Nullable(Type.String({ maxLength: PROBLEM_TEXT_LENGTH_MAX })),
  /** Whether a sessions probe is configured: without one nobody can count. */
  countsSessions: Type.Boolean(),
  /** The configured times, from which the server derives how long a restart or a forced end may take. */
  stopGraceMs: Type.Integer({ minimum: 0 }),
  healthyWithinMs: Type.Integer({ minimum: 0 }),
  locks: Type.Array(WorkloadLock, { maxItems: 16 }),
  /** Absent: it does not wish to leave. */
  leaving: Type.Optional(WorkloadLeaving),
});
export type WorkloadReport = Type.Static<typeof WorkloadReport>;

/** What the workload carries now; `null` where nobody measures it. */
export const Load = Type.Object({
  sessions: Nullable(Type.Integer({ minimum: 0 })),
  cpuPercent: Nullable(Type.Number({ minimum: 0 })),
  memoryBytes: Nullable(Type.Integer({ minimum: 0 })),
  /** Why `sessions` cannot be read, in plain words; `null` when it can or when no probe is configured. */
  problem: Nullable(Type.String({ maxLength: PROBLEM_TEXT_LENGTH_MAX })),
});
export type Load = Type.Static<typeof Load>;
