/** The messages that an agent sends (protocol version 1, `sluice.agent.v1`). Instants are epoch milliseconds of the agent's clock. */
import Type from 'typebox';
import { AgentProof } from './proof.ts';
import { Availability, Blocker, DrainEvidence, DrainPhase, Hold } from '../availability.ts';
import { OperationId } from '../ids.ts';
import { Counter } from '../instant.ts';
import { Nullable } from '../nullable.ts';
import { OPERATION_OUTPUT_LENGTH_MAX, OperationError, OperationResult } from '../operation.ts';
import {
  DECLARED_COMMANDS_MAX,
  DeclaredCommand,
  Load,
  NodeIdentity,
  PROBLEM_TEXT_LENGTH_MAX,
  RebootOffer,
  Resources,
  WorkloadReport,
} from '../workload.ts';

/** Operations that one agent may carry unacknowledged; a node runs one act at a time, so this is generous. */
export const JOURNALED_OPERATIONS_MAX = 256;

/** How far an operation is; `sequence` orders the updates of one operation, an older one is acknowledged and ignored. */
export const OperationUpdate = Type.Object({
  kind: Type.Literal('operation.update'),
  operationId: OperationId,
  sequence: Type.Integer({ minimum: 1 }),
  /** `accepted`: it is in the agent's journal and waits for the acknowledgement, which is the permission to begin. */
  status: Type.Union([
    Type.Literal('accepted'),
    Type.Literal('running'),
    Type.Literal('succeeded'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
  /** What it is doing, in a few words; `null` when it has ended. */
  phase: Nullable(Type.String({ maxLength: 256 })),
  result: Nullable(OperationResult),
  error: Nullable(OperationError),
  /** The end of its output, as far as known. */
  output: Nullable(Type.String({ maxLength: OPERATION_OUTPUT_LENGTH_MAX })),
});
export type OperationUpdate = Type.Static<typeof OperationUpdate>;

/** How far the node has come with the availability of `generation`; a report of an older wish can mark nothing. */
export const AvailabilityReport = Type.Object({
  kind: Type.Literal('availability.report'),
  generation: Counter,
  availability: Availability,
  /** `active`: back in rotation. `drain`: empty, or forced, with `evidence`. */
  reached: Type.Boolean(),
  phase: Nullable(DrainPhase),
  sessionsAtStart: Nullable(Type.Integer({ minimum: 0 })),
  sessionsRemaining: Nullable(Type.Integer({ minimum: 0 })),
  blockers: Type.Array(Blocker, { maxItems: 100 }),
  /** Why it does not get on, in plain words (a probe that cannot be read, a hook that failed). */
  problem: Nullable(Type.String({ maxLength: PROBLEM_TEXT_LENGTH_MAX })),
  evidence: Nullable(DrainEvidence),
});
export type AvailabilityReport = Type.Static<typeof AvailabilityReport>;

/** The first message of every session. */
export const Hello = Type.Object({
  kind: Type.Literal('hello'),
  /** Protocol versions that the agent speaks; the server takes the highest in common. */
  protocolVersions: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 16 }),
  agentVersion: Type.String({ maxLength: 64 }),
  /** Random, made once per state directory: tells a returning agent from a second one with the same node id. */
  instanceId: Type.String({ minLength: 1, maxLength: 64 }),
  /** Who the agent is, signed for this session's challenge; `null`: its certificate says it, or this server asks nobody. */
  proof: Nullable(AgentProof),
  node: NodeIdentity,
  resources: Resources,
  commands: Type.Array(DeclaredCommand, { maxItems: DECLARED_COMMANDS_MAX }),
  /** Absent: the machine may not be rebooted. */
  reboot: Type.Optional(RebootOffer),
  /** The wish as the agent has it in its journal; a restored server learns a newer one from it. */
  availability: Type.Object({
    generation: Counter,
    availability: Availability,
    holds: Type.Array(Hold, { maxItems: 64 }),
  }),
  workload: WorkloadReport,
  load: Load,
  /** The latest update of every operation that is unfinished or unacknowledged. */
  journal: Type.Array(OperationUpdate, { maxItems: JOURNALED_OPERATIONS_MAX }),
});
export type Hello = Type.Static<typeof Hello>;

/** Only what changed; empty is fine. */
export const Heartbeat = Type.Object({
  kind: Type.Literal('heartbeat'),
  load: Type.Optional(Load),
  workload: Type.Optional(WorkloadReport),
  /** Every command that can be asked for now: the workload offers others than before. */
  commands: Type.Optional(Type.Array(DeclaredCommand, { maxItems: DECLARED_COMMANDS_MAX })),
});
export type Heartbeat = Type.Static<typeof Heartbeat>;

/** What a running command has written so far: the end of it. Not journaled and never repeated: the operation's end tells all again. */
export const OperationOutput = Type.Object({
  kind: Type.Literal('operation.output'),
  operationId: OperationId,
  output: Type.String({ maxLength: OPERATION_OUTPUT_LENGTH_MAX }),
});
export type OperationOutput = Type.Static<typeof OperationOutput>;

/** The key that the agent wants to have from now on, signed with that very key for this session's challenge. */
export const KeyOffer = Type.Object({ kind: Type.Literal('key.offer'), proof: AgentProof });
export type KeyOffer = Type.Static<typeof KeyOffer>;

/** The agent leaves on purpose, so that no lease need run out. */
export const Goodbye = Type.Object({
  kind: Type.Literal('goodbye'),
  why: Type.Union([Type.Literal('stopping'), Type.Literal('restarting')]),
});
export type Goodbye = Type.Static<typeof Goodbye>;

export const AgentMessage = Type.Union([
  Hello,
  Heartbeat,
  OperationUpdate,
  OperationOutput,
  AvailabilityReport,
  KeyOffer,
  Goodbye,
]);
export type AgentMessage = Type.Static<typeof AgentMessage>;
