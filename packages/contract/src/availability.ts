/** Availability, holds and what may happen at a drain's deadline: words shared by API, events and agents. */
import Type from 'typebox';
import { Instant } from './instant.ts';
import { Nullable } from './nullable.ts';

export const Availability = Type.Union([Type.Literal('active'), Type.Literal('drain')]);
export type Availability = Type.Static<typeof Availability>;

/** `force` ends what remains, `cancel` gives the drain up, `hold` keeps waiting but fails the operation. */
export const OnDeadline = Type.Union([Type.Literal('force'), Type.Literal('cancel'), Type.Literal('hold')]);
export type OnDeadline = Type.Static<typeof OnDeadline>;

/** Characters of a hold's name: enough for `rollout/<id>` and `fleetlock/<group>`. */
export const HOLD_NAME_LENGTH_MAX = 128;
/** The hold of people: the one that drain and undrain mean when none is named. */
export const OPERATOR_HOLD = 'operator';
/** The undrain body's word for every hold. */
export const ALL_HOLDS = '*';

/** One owner's wish that a node be out of rotation. Instants are epoch milliseconds (UTC). */
export const Hold = Type.Object({
  name: Type.String({ minLength: 1, maxLength: HOLD_NAME_LENGTH_MAX }),
  owner: Type.String(),
  reason: Nullable(Type.String()),
  placedAt: Instant,
  expiresAt: Nullable(Instant),
  /** The drain that placed it: its operation, its deadline and what happens then. */
  operationId: Nullable(Type.String()),
  deadlineAt: Nullable(Instant),
  onDeadline: OnDeadline,
  /** When its deadline passed; `null` before that and for a hold without one. */
  deadlineReachedAt: Nullable(Instant),
  /** Why it stayed when its expiry came; `null` when that has not happened. */
  expiryDeferredBecause: Nullable(Type.String()),
});
export type Hold = Type.Static<typeof Hold>;

/** One session that a drain still waits for, as the workload names it. */
export const Blocker = Type.Object({
  id: Type.String({ maxLength: 256 }),
  ageMs: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Blocker = Type.Static<typeof Blocker>;

/** What was seen when a node was said to be drained; there is no `drained` without one of these. */
export const DrainEvidence = Type.Union([
  Type.Object({
    /** The probe said zero twice in a row after the drain hook had been called. */
    kind: Type.Literal('counted'),
    zeroSeenAt: Type.Array(Instant, { minItems: 2, maxItems: 2 }),
  }),
  Type.Object({
    /** No sessions probe: the drain hook returned. Nobody counted. */
    kind: Type.Literal('hook-returned'),
    returnedAt: Instant,
  }),
  Type.Object({
    /** Neither probe nor hook: the settling time passed. Nobody counted. */
    kind: Type.Literal('settled'),
    settledAt: Instant,
  }),
  Type.Object({
    /** The deadline ended what remained; `sessionsEnded` is `null` where nobody could count. */
    kind: Type.Literal('forced'),
    forcedAt: Instant,
    sessionsEnded: Nullable(Type.Integer({ minimum: 0 })),
  }),
  Type.Object({
    /** The workload is not running and is kept stopped, so it serves nobody. */
    kind: Type.Literal('not-running'),
    seenAt: Instant,
  }),
]);
export type DrainEvidence = Type.Static<typeof DrainEvidence>;

/** Where a drain stands on the node, in the order in which the phases follow each other. */
export const DrainPhase = Type.Union([
  Type.Literal('waiting-for-agent'),
  Type.Literal('leaving-rotation'),
  Type.Literal('asking-workload'),
  Type.Literal('waiting-for-sessions'),
  Type.Literal('ending-sessions'),
  Type.Literal('drained'),
]);
export type DrainPhase = Type.Static<typeof DrainPhase>;
