/** Figures of repeated measurements: percentiles, costs, and whether a target is met. */

export interface Figure {
  readonly name: string;
  /** Nodes that the fleet has meanwhile. */
  readonly nodes: number;
  /** How often it was done. */
  readonly repeated: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Calls a second, where several were made at once; `null`: one after the other. */
  readonly perSecond: number | null;
  /** The server's CPU time for each, in microseconds; `null` where the system does not tell. */
  readonly cpuMicroseconds: number | null;
  /** The server's memory for each node; `null`: it is not what this is about. */
  readonly bytesPerNode: number | null;
  /** Where one number tells it: a time, a count, a share. */
  readonly amount: Amount | null;
  readonly target: Target | null;
}

export interface Amount {
  readonly value: number;
  readonly unit: string;
}

export interface Target {
  readonly text: string;
  readonly isMet: boolean;
}

const NOTHING = {
  p50Ms: null,
  p99Ms: null,
  perSecond: null,
  cpuMicroseconds: null,
  bytesPerNode: null,
  amount: null,
  target: null,
} as const;

/**
 * @param durationsMs One of each call.
 * @param elapsedMs What all of them took together, where several were made at once.
 */
export function figure(
  name: string,
  nodes: number,
  durationsMs: readonly number[],
  cpuMs: number | null,
  elapsedMs: number | null = null,
): Figure {
  return {
    ...NOTHING,
    name,
    nodes,
    repeated: durationsMs.length,
    p50Ms: percentile(durationsMs, 0.5),
    p99Ms: percentile(durationsMs, 0.99),
    perSecond: elapsedMs === null ? null : Math.round((durationsMs.length * 1000) / elapsedMs),
    cpuMicroseconds: cpuMs === null ? null : Math.round((cpuMs * 1000) / durationsMs.length),
  };
}

/** What one number tells. */
export function amount(name: string, nodes: number, value: number, unit: string): Figure {
  return { ...NOTHING, name, nodes, repeated: 1, amount: { value, unit } };
}

/** What it costs the server, without anybody who waits for it. */
export function cost(
  name: string,
  nodes: number,
  { repeated, cpuMs, bytesPerNode = null }: { repeated: number; cpuMs: number | null; bytesPerNode?: number | null },
): Figure {
  const cpuMicroseconds = cpuMs === null ? null : Math.round((cpuMs * 1000) / repeated);
  return { ...NOTHING, name, nodes, repeated, cpuMicroseconds, bytesPerNode };
}

/** @param value What the target is about; what the system does not tell meets no target. */
export function against(one: Figure, text: string, value: number | null, bound: number): Figure {
  return { ...one, target: { text, isMet: value !== null && value <= bound } };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
