/** Figures of repeated measurements: percentiles, and how they are printed. */

export interface Figure {
  readonly name: string;
  readonly repeated: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls a second, where several were made at once; `null`: one after the other. */
  readonly perSecond: number | null;
  /** The server's CPU time for each call, in microseconds; `null` where the system does not tell. */
  readonly cpuMicroseconds: number | null;
}

/**
 * @param durationsMs One of each call.
 * @param elapsedMs What all of them took together, where several were made at once.
 */
export function figure(
  name: string,
  durationsMs: readonly number[],
  cpuMs: number | null,
  elapsedMs: number | null = null,
): Figure {
  const sorted = durationsMs.toSorted((one, other) => one - other);
  return {
    name,
    repeated: sorted.length,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    perSecond: elapsedMs === null ? null : Math.round((sorted.length * 1000) / elapsedMs),
    cpuMicroseconds: cpuMs === null ? null : Math.round((cpuMs * 1000) / sorted.length),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
