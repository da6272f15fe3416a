/** The messages that a server sends to an agent (protocol version 1). Times to come are relative (`…InMs`): clocks differ. */
import Type from 'typebox';
import { Availability, Hold } from '../availability.ts';
import { OperationId } from '../ids.ts';
import { Counter, Span } from '../instant.ts';
import { Json } from '../json.ts';
import { Nullable } from '../nullable.ts';
import { BootId } from '../workload.ts';

/** The first message of every session: what the agent's proof must be made for. */
export const Challenge = Type.Object({
  kind: Type.Literal('challenge'),
  nonce: Type.String({ minLength: 16, maxLength: 128 }),
});
export type Challenge = Type.Static<typeof Challenge>;

/** The agent is to make a new key and offer it. */
export const KeyRotate = Type.Object({ kind: Type.Literal('key.rotate') });
export type KeyRotate = Type.Static<typeof KeyRotate>;

/** The offered key is recorded: from now on it opens sessions, and the first that it opens ends the older ones. */
export const KeyAccepted = Type.Object({ kind: Type.Literal('key.accepted'), publicKey: Type.String() });
export type KeyAccepted = Type.Static<typeof KeyAccepted>;

/** The availability that the node should have. The agent ignores a generation older than its own. */
export const AvailabilitySet = Type.Object({
  kind: Type.Literal('availability.set'),
  // Within what an agent may report: it must never keep a wish that no server would hear of from it again.
  generation: Counter,
  availability: Availability,
  /** The generation since which it has been that: an agent that knows only older ones has missed that it was the other in between. */
  sinceGeneration: Counter,
  /** Until the deadline that ends what remains; 0: it has passed; `null`: none that forces. */
  forceInMs: Nullable(Span),
  /** The holds behind it, kept in the agent's journal so that a restored server can learn them back. */
  holds: Type.Array(Hold, { maxItems: 64 }),
});
export type AvailabilitySet = Type.Static<typeof AvailabilitySet>;

/** Perform an act, at most once. Sent again on every session until the agent has said something about it. */
export const OperationStart = Type.Object({
  kind: Type.Literal('operation.start'),
  operationId: OperationId,
  command: Type.String(),
  params: Type.Record(Type.String(), Json),
  /** The server has recorded that the agent took it: an agent that does not know it has lost its journal, and must not perform it. */
  wasAccepted: Type.Boolean(),
  /** restart: the incarnation that the requester saw; a workload that is past it has been restarted already. */
  expectedIncarnation: Nullable(Counter),
  /** restart: overrides the configured grace. */
  graceMs: Nullable(Span),
  /** reboot of the machine: the boot that the requester saw; one that is not the present one was ended already. Absent: it is no such reboot. */
  expectedBootId: Type.Optional(BootId),
  /** How long the act may take on the node. */
  deadlineInMs: Span,
  /** W3C trace context, handed on to what the act runs; absent: nobody traces it. */
  traceparent: Type.Optional(Type.String()),
});
export type OperationStart = Type.Static<typeof OperationStart>;

export const OperationCancel = Type.Object({
  kind: Type.Literal('operation.cancel'),
  operationId: OperationId,
  reason: Type.String(),
});
export type OperationCancel = Type.Static<typeof OperationCancel>;

export const OperationAck = Type.Object({
  kind: Type.Literal('operation.ack'),
  operationId: OperationId,
  sequence: Type.Integer({ minimum: 1 }),
});
export type OperationAck = Type.Static<typeof OperationAck>;

/** The metadata as JSON text: passed on as it is, so that nothing of it is lost on the way (large numbers, order of keys). */
export const MetadataChanged = Type.Object({
  kind: Type.Literal('metadata.changed'),
  json: Type.String(),
  revision: Counter,
});
export type MetadataChanged = Type.Static<typeof MetadataChanged>;

/** The answer to `hello`: everything that should be under way on the node. */
export const Welcome = Type.Object({
  kind: Type.Literal('welcome'),
  protocolVersion: Type.Integer({ minimum: 1 }),
  sessionId: Type.String(),
  heartbeatIntervalMs: Type.Integer({ minimum: 100 }),
  /** When the first is due, and with it all that follow: the server hears many at once. Absent: after one interval. */
  firstHeartbeatInMs: Type.Optional(Type.Integer({ minimum: 0 })),
  leaseMs: Type.Integer({ minimum: 100 }),
  availability: AvailabilitySet,
  metadata: MetadataChanged,
  operations: Type.Array(OperationStart),
});
export type Welcome = Type.Static<typeof Welcome>;

export const ServerMessage = Type.Union([
  Challenge,
  KeyRotate,
  KeyAccepted,
  Welcome,
  AvailabilitySet,
  OperationStart,
  OperationCancel,
  OperationAck,
  MetadataChanged,
]);
export type ServerMessage = Type.Static<typeof ServerMessage>;

/** What is about who the agent is. */
export type CredentialMessage = KeyRotate | KeyAccepted;

/** What is about the node: everything that a session says but for who the agent is. */
export type NodeMessage = Exclude<ServerMessage, Challenge | CredentialMessage>;
