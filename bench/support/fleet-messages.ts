/** What a benchmark and the process that plays its agents say to each other. Instants are those of `monotonicMs`. */
import Type from 'typebox';

export const ToFleet = Type.Union([
  Type.Object({
    /** Play so many agents more, and keep them connected. `complete` is the answer. */
    kind: Type.Literal('connect'),
    url: Type.String(),
    joinToken: Type.String(),
    count: Type.Integer(),
    /** The number of the first of all agents that this process plays; absent: 0. */
    firstIndex: Type.Optional(Type.Integer()),
    /** Agents that may be on their way in at once; 0: all. */
    atOnce: Type.Integer(),
    /** Whether a heartbeat tells a new load, as of a busy machine, or nothing, as of one where nothing changes. */
    isBusy: Type.Boolean(),
  }),
  /** The sessions are to be lost, and `complete` is to be told when all are back. */
  Type.Object({ kind: Type.Literal('expect-loss') }),
  /** `counts` is the answer; they begin anew. */
  Type.Object({ kind: Type.Literal('count') }),
]);
export type ToFleet = Type.Static<typeof ToFleet>;

export const FromFleet = Type.Union([
  Type.Object({
    kind: Type.Literal('complete'),
    at: Type.Number(),
    /** When each of them was welcomed. */
    welcomedAt: Type.Array(Type.Number()),
    /** Of each, from its connection's first packet to the welcome, the try that succeeded only. */
    helloMs: Type.Array(Type.Number()),
  }),
  Type.Object({
    kind: Type.Literal('counts'),
    heartbeats: Type.Integer(),
    /** Tries that ended before the welcome, by what the server said: an HTTP status or a close code. */
    refusals: Type.Record(Type.String(), Type.Integer()),
    /** Sessions that ended after it, by close code. */
    losses: Type.Record(Type.String(), Type.Integer()),
  }),
  Type.Object({
    /** Agents that were told an availability, one after the other. */
    kind: Type.Literal('told'),
    agents: Type.Array(Type.Object({ index: Type.Integer(), availability: Type.String(), at: Type.Number() })),
  }),
]);
export type FromFleet = Type.Static<typeof FromFleet>;
export type FleetComplete = Extract<FromFleet, { readonly kind: 'complete' }>;
export type FleetCounts = Extract<FromFleet, { readonly kind: 'counts' }>;
