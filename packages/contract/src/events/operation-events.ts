/** Events of operations: requested, started, progressed, ended. */
import Type from 'typebox';
import { OnDeadline } from '../availability.ts';
import { Json } from '../json.ts';
import { Nullable } from '../nullable.ts';
import { OperationError, OperationResult, OperationStatus } from '../operation.ts';

/** What an operation is to do; the lane follows from it: drain and undrain are availability, the rest are acts. */
export const OperationTask = Type.Union([
  Type.Object({
    kind: Type.Literal('drain'),
    hold: Type.String(),
    onDeadline: OnDeadline,
  }),
  /** The holds that it released. */
  Type.Object({ kind: Type.Literal('undrain'), holds: Type.Array(Type.String()) }),
  Type.Object({
    kind: Type.Literal('restart'),
    graceMs: Nullable(Type.Integer({ minimum: 0 })),
    /** The incarnation that the requester saw. */
    expectedIncarnation: Type.Integer({ minimum: 0 }),
    /** The hold that it placed to drain first, released when it ends; `null` when it does not drain. */
    drainHold: Nullable(Type.String()),
    force: Type.Boolean(),
  }),
  Type.Object({
    kind: Type.Literal('reboot'),
    /** The boot that the requester saw: a machine that has been booted since is not rebooted again. */
    expectedBootId: Type.String(),
    /** The hold that it placed to drain first; `null` when it does not drain. */
    drainHold: Nullable(Type.String()),
    /** Whether that hold is released when it has been performed. */
    undrainAfter: Type.Boolean(),
    force: Type.Boolean(),
  }),
  Type.Object({
    kind: Type.Literal('declared'),
    params: Type.Record(Type.String(), Json),
    disruptive: Type.Boolean(),
    force: Type.Boolean(),
  }),
]);
export type OperationTask = Type.Static<typeof OperationTask>;

/** One execution of a command on one node. Instants are epoch milliseconds. */
export const OperationRecord = Type.Object({
  id: Type.String(),
  nodeId: Type.String(),
  command: Type.String(),
  task: OperationTask,
  status: OperationStatus,
  phase: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  requestedBy: Type.String(),
  requestedFrom: Nullable(Type.String()),
  createdAt: Type.Integer(),
  startedAt: Nullable(Type.Integer()),
  endedAt: Nullable(Type.Integer()),
  /** Acts: how long the agent gets to take it; counted from `createdAt`, or from the end of the drain that it waits for first. */
  deliverWithinMs: Nullable(Type.Integer()),
  /** Acts: when the time to take it is over; `null` while it waits for its own drain. */
  deliverBy: Nullable(Type.Integer()),
  /** Acts: how long it may take once the agent has it. Availability: `null`. */
  executeWithinMs: Nullable(Type.Integer()),
  /** When it must have ended: a drain's deadline, an act's execution deadline. */
  deadlineAt: Nullable(Type.Integer()),
  /** Sequence of the newest update taken from the agent. */
  sequence: Type.Integer({ minimum: 0 }),
  result: Nullable(OperationResult),
  error: Nullable(OperationError),
  output: Nullable(Type.String()),
  /** A person does not want it any more, and its agent has been asked to stop; whether it could, its end tells. */
  cancelRequested: Nullable(Type.Object({ by: Type.String(), at: Type.Integer(), reason: Nullable(Type.String()) })),
  /** Why it is not delivered until a person says that it is still wanted; `null`: it needs nobody's word. */
  confirmationNeeded: Nullable(Type.String()),
  /** Who said that it has ended: an act that the server ended may still run on the node and is stopped there. */
  endedBy: Nullable(Type.Union([Type.Literal('agent'), Type.Literal('server')])),
  /** W3C trace context of the request that asked for it; absent: nobody traced it. */
  traceparent: Type.Optional(Type.String()),
});
export type OperationRecord = Type.Static<typeof OperationRecord>;

export const OperationRequested = Type.Object({ kind: Type.Literal('OperationRequested'), operation: OperationRecord });

/** The deadline of a running drain was moved by draining again under the same hold; `null`: it has none now. */
export const OperationDeadlineMoved = Type.Object({
  kind: Type.Literal('OperationDeadlineMoved'),
  operationId: Type.String(),
  deadlineAt: Nullable(Type.Integer()),
  onDeadline: OnDeadline,
});

/** What an act waited for has happened; from now on it can be delivered. */
export const OperationDeliverable = Type.Object({
  kind: Type.Literal('OperationDeliverable'),
  operationId: Type.String(),
  deliverBy: Type.Integer(),
});

/** The agent has taken the act: it is in its journal. */
export const OperationStarted = Type.Object({
  kind: Type.Literal('OperationStarted'),
  operationId: Type.String(),
  deadlineAt: Nullable(Type.Integer()),
});

export const OperationProgressed = Type.Object({
  kind: Type.Literal('OperationProgressed'),
  operationId: Type.String(),
  sequence: Type.Integer({ minimum: 1 }),
  phase: Nullable(Type.String()),
  output: Nullable(Type.String()),
});

/** Somebody asked to cancel an act that its agent may have begun. */
export const OperationCancelRequested = Type.Object({
  kind: Type.Literal('OperationCancelRequested'),
  operationId: Type.String(),
  by: Type.String(),
  reason: Nullable(Type.String()),
});

/** Its node was among many that fell silent together: it is not delivered before somebody says that it is still wanted. */
export const OperationConfirmationNeeded = Type.Object({
  kind: Type.Literal('OperationConfirmationNeeded'),
  operationId: Type.String(),
  because: Type.String(),
});

/** Somebody said that it is still wanted. */
export const OperationConfirmed = Type.Object({
  kind: Type.Literal('OperationConfirmed'),
  operationId: Type.String(),
  by: Type.String(),
});

/** The server's clock was set: its times to come moved along, so that it has as long as before. */
export const OperationTimesShifted = Type.Object({
  kind: Type.Literal('OperationTimesShifted'),
  operationId: Type.String(),
  byMs: Type.Integer(),
});

/** A terminal status, which never changes again. */
export const OperationEnded = Type.Object({
  kind: Type.Literal('OperationEnded'),
  operationId: Type.String(),
  status: Type.Union([
    Type.Literal('succeeded'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
    Type.Literal('expired'),
  ]),
  sequence: Nullable(Type.Integer({ minimum: 1 })),
  result: Nullable(OperationResult),
  error: Nullable(OperationError),
  output: Nullable(Type.String()),
});
