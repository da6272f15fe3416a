/** Events of holds and drains. `NodeDrained` carries its evidence: it is never a hope. */
import Type from 'typebox';
import { Availability, Blocker, DrainEvidence, DrainPhase, Hold } from '../availability.ts';
import { Nullable } from '../nullable.ts';

/** A hold was placed, or an existing one of that name was renewed (new deadline, reason or expiry). */
export const HoldPlaced = Type.Object({
  kind: Type.Literal('HoldPlaced'),
  hold: Hold,
  /** The one that it renews; `null`: none. */
  before: Type.Optional(Nullable(Hold)),
});

export const HoldReleased = Type.Object({
  kind: Type.Literal('HoldReleased'),
  name: Type.String(),
  hold: Type.Optional(Hold),
  why: Type.Union([
    Type.Literal('undrain'),
    Type.Literal('expired'),
    Type.Literal('deadline-cancelled'),
    Type.Literal('operation-ended'),
    Type.Literal('operation-cancelled'),
    Type.Literal('workload-stays'),
  ]),
});

/** A hold's expiry came while the node was not healthy: it stays. */
export const HoldExpiryDeferred = Type.Object({
  kind: Type.Literal('HoldExpiryDeferred'),
  name: Type.String(),
  because: Type.String(),
});

/** The server's clock was set: deadline and expiry moved along, so that as much time is left as before. */
export const HoldTimesShifted = Type.Object({
  kind: Type.Literal('HoldTimesShifted'),
  name: Type.String(),
  byMs: Type.Integer(),
});

/** What is wanted of the node changed; the generation tells this wish from every older one. */
export const AvailabilityWished = Type.Object({
  kind: Type.Literal('AvailabilityWished'),
  availability: Availability,
  before: Type.Optional(Availability),
  generation: Type.Integer({ minimum: 1 }),
});

/** The agent held a newer wish than this server, which must have been restored from an older copy: the agent's is taken over. */
export const AvailabilityRecovered = Type.Object({
  kind: Type.Literal('AvailabilityRecovered'),
  generation: Type.Integer({ minimum: 1 }),
  holds: Type.Array(Hold),
});

export const DrainProgressed = Type.Object({
  kind: Type.Literal('DrainProgressed'),
  phase: DrainPhase,
  sessionsAtStart: Nullable(Type.Integer({ minimum: 0 })),
  sessionsRemaining: Nullable(Type.Integer({ minimum: 0 })),
  blockers: Type.Array(Blocker),
  problem: Nullable(Type.String()),
});

/** The server's own clock reached the deadline of a hold. */
export const DrainDeadlineReached = Type.Object({
  kind: Type.Literal('DrainDeadlineReached'),
  hold: Type.String(),
  sessionsRemaining: Nullable(Type.Integer({ minimum: 0 })),
});

export const NodeDrained = Type.Object({
  kind: Type.Literal('NodeDrained'),
  generation: Type.Integer(),
  evidence: DrainEvidence,
});

/** Sessions were seen on a node that had been drained: it is draining again. */
export const NodeNoLongerEmpty = Type.Object({
  kind: Type.Literal('NodeNoLongerEmpty'),
  sessionsRemaining: Nullable(Type.Integer({ minimum: 0 })),
});

/** The agent confirmed that the node is back in rotation. */
export const NodeActivated = Type.Object({ kind: Type.Literal('NodeActivated'), generation: Type.Integer() });

/** The agent could not bring the node back into rotation yet (an undrain hook that fails). */
export const ActivationHindered = Type.Object({ kind: Type.Literal('ActivationHindered'), problem: Type.String() });
