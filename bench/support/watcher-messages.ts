/** What a benchmark and the process that plays its dashboards say to each other. */
import Type from 'typebox';

export const ToWatchers = Type.Union([
  /** Open so many event streams. `watching` is the answer. */
  Type.Object({ kind: Type.Literal('watch'), url: Type.String(), streams: Type.Integer() }),
  /** `seen` is the answer when each stream has told of so many changes. */
  Type.Object({ kind: Type.Literal('await'), eventKind: Type.String(), events: Type.Integer() }),
]);
export type ToWatchers = Type.Static<typeof ToWatchers>;

export const FromWatchers = Type.Union([
  Type.Object({ kind: Type.Literal('watching') }),
  Type.Object({
    kind: Type.Literal('seen'),
    /** Of all streams together, whatever they were about. */
    events: Type.Integer(),
    /** From what the event says of its instant until it was seen. */
    p50Ms: Type.Number(),
    p99Ms: Type.Number(),
  }),
]);
export type FromWatchers = Type.Static<typeof FromWatchers>;
export type Seen = Extract<FromWatchers, { readonly kind: 'seen' }>;
