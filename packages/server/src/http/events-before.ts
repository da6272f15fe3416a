/** Recorded events from the newest back, a page at a time, of which a filter wants some. */
import { setImmediate } from 'node:timers/promises';

/** Events that are read at once, and how often one request reads: a rare filter must not walk through everything at once. */
export const EVENTS_AT_ONCE = 200;
const READS_MAX = 25;

interface Wanted<E> {
  /** `EVENTS_AT_ONCE` events before one, newest first; before none: the newest. */
  readonly read: (before: number | undefined) => Promise<readonly E[]>;
  readonly isWanted: (event: E) => boolean;
  /** As many as make a page. */
  readonly limit: number;
  /** Epoch milliseconds; older ones are not wanted. `null`: all are. */
  readonly since: number | null;
}

/** Newest first. `next`: the event that the next page begins before; `null`: this is the last. */
export async function eventsBefore<E extends { readonly sequence: number; readonly at: number }>(
  cursor: number | undefined,
  { read, isWanted, limit, since }: Wanted<E>,
): Promise<{ readonly events: readonly E[]; readonly next: number | null }> {
  const events: E[] = [];
  let before = cursor;
  for (let reads = 1; ; reads += 1) {
    const found = await read(before);
    for (const event of found) {
      if (isWanted(event)) events.push(event);
      if (events.length === limit) return { events, next: event.sequence };
    }
    const last = found.at(-1);
    // Times follow the numbers but for clocks that are set: where none of so many is young enough, none before them is.
    const isOver = since !== null && found.every(({ at }) => at < since);
    if (last === undefined || found.length < EVENTS_AT_ONCE || isOver) return { events, next: null };
    if (reads === READS_MAX) return { events, next: last.sequence };
    before = last.sequence;
    await setImmediate();
  }
}
