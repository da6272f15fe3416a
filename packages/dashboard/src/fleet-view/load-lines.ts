/** The load of the last hour as lines over time, with what is known now at their end. */
import type { ResponseOf } from '@sluice/client';
import type { Node } from '@sluice/contract';

type LoadHistory = ResponseOf<'loadHistory'>;

/** A value for each time; `null`: nobody knows. */
type Line = readonly (number | null)[];

export interface LoadLines {
  /** Epoch milliseconds. */
  readonly times: readonly number[];
  readonly sessions: Line;
  readonly cpuPercent: Line;
  readonly memoryBytes: Line;
}

/** @param node What it measures now stands in place of the running minute; that of a node nobody hears is not known. */
export function loadLines(history: LoadHistory, { connected, load }: Pick<Node, 'connected' | 'load'>): LoadLines {
  const since = Date.parse(history.since);
  const upToDate = (line: Line, value: number | null) => (connected ? [...line.slice(0, -1), value] : line);
  return {
    times: history.sessions.map((_value, index) => since + index * history.stepMs),
    sessions: upToDate(history.sessions, load.sessions),
    cpuPercent: upToDate(history.cpuPercent, load.cpuPercent),
    memoryBytes: upToDate(history.memoryBytes, load.memoryBytes),
  };
}

/** The least and the most of a line; `null`: nothing of it is known. */
export function spanOf(line: Line): { readonly least: number; readonly most: number } | null {
  const known = line.filter((value) => value !== null);
  return known.length === 0 ? null : { least: Math.min(...known), most: Math.max(...known) };
}
