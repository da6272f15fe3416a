/** What a benchmark asks of the probe inside its server, and what that answers. */
import Type from 'typebox';

export const ToProbe = Type.Union([
  /** `memory` is the answer. */
  Type.Object({ kind: Type.Literal('memory') }),
  Type.Object({ kind: Type.Literal('watch-lag') }),
  /** `lag` is the answer; it is watched no more. */
  Type.Object({ kind: Type.Literal('lag') }),
  Type.Object({ kind: Type.Literal('profile') }),
  /** Ends the profile and writes it. `profiled` is the answer. */
  Type.Object({ kind: Type.Literal('write-profile'), file: Type.String() }),
]);
export type ToProbe = Type.Static<typeof ToProbe>;

export const FromProbe = Type.Union([
  /** What is in use after a garbage collection: the JavaScript heap, and what hangs on it outside (buffers). */
  Type.Object({ kind: Type.Literal('memory'), heapBytes: Type.Number(), externalBytes: Type.Number() }),
  /** By how much the event loop was late. */
  Type.Object({ kind: Type.Literal('lag'), p50Ms: Type.Number(), p99Ms: Type.Number(), longestMs: Type.Number() }),
  Type.Object({ kind: Type.Literal('profiled') }),
]);
export type FromProbe = Type.Static<typeof FromProbe>;
