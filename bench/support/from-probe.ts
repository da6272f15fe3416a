/** What the probe inside a measured server answers. */
import Type from 'typebox';

export const FromProbe = Type.Union([
  /** What is in use after a garbage collection: the JavaScript heap, and what hangs on it outside (buffers). */
  Type.Object({ kind: Type.Literal('memory'), heapBytes: Type.Number(), externalBytes: Type.Number() }),
  /** By how much the event loop was late. */
  Type.Object({ kind: Type.Literal('lag'), p50Ms: Type.Number(), p99Ms: Type.Number(), longestMs: Type.Number() }),
  Type.Object({ kind: Type.Literal('profiled') }),
]);
export type FromProbe = Type.Static<typeof FromProbe>;
