/** What an operation's states, results and errors are made of: shared by API, events and agents. */
import Type from 'typebox';
import { DrainEvidence } from './availability.ts';
import { Json } from './json.ts';
import { Nullable } from './nullable.ts';

/** queued → running → succeeded | failed | cancelled, and queued → expired | cancelled. The last four are terminal. */
export const OperationStatus = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('expired'),
]);
export type OperationStatus = Type.Static<typeof OperationStatus>;

export const OPERATION_STATUSES: readonly OperationStatus[] = OperationStatus.anyOf.map((status) => status.const);

/** Characters of output that an operation keeps: the end of it, which tells why a thing failed. */
export const OPERATION_OUTPUT_LENGTH_MAX = 16_384;
/** Characters of a reason that a person gives. */
export const REASON_LENGTH_MAX = 1024;

/** What came of it; only the fields that belong to the command are there. */
export const OperationResult = Type.Object({
  /** drain: what was seen when the node was said to be drained. */
  evidence: Type.Optional(DrainEvidence),
  /** drain: whether the deadline ended sessions, and how many (`null`: nobody could count). */
  forced: Type.Optional(Type.Boolean()),
  sessionsEnded: Type.Optional(Nullable(Type.Integer({ minimum: 0 }))),
  /** undrain: the holds that it released, and those that still keep the node out. */
  released: Type.Optional(Type.Array(Type.String())),
  remainingHolds: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), owner: Type.String(), reason: Nullable(Type.String()) })),
  ),
  /** restart: the workload's incarnations before and after. */
  oldIncarnation: Type.Optional(Type.Integer()),
  newIncarnation: Type.Optional(Type.Integer()),
  /** restart: somebody else had already restarted it, so it was not restarted again. */
  alreadyRestarted: Type.Optional(Type.Boolean()),
  /** reboot: the machine's boots before and after. */
  oldBootId: Type.Optional(Type.String()),
  newBootId: Type.Optional(Type.String()),
  /** reboot: the machine had been booted since it was asked for, so it was not rebooted again. */
  alreadyRebooted: Type.Optional(Type.Boolean()),
  /** declared command, or the command that reboots the machine: its exit code. */
  exitCode: Type.Optional(Type.Integer()),
  /** command of the workload: what its handler returned. */
  value: Type.Optional(Json),
  /** One sentence for a person. */
  note: Type.Optional(Type.String()),
});
export type OperationResult = Type.Static<typeof OperationResult>;

/** Why it did not succeed. `outcome: unknown`: it may or may not have been performed. */
export const OperationError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  outcome: Type.Optional(Type.Literal('unknown')),
});
export type OperationError = Type.Static<typeof OperationError>;
