/** Rows of the history as events, and how many are read at once. */
import type { Selectable } from 'kysely';
import { documentFromText } from './document-text.ts';
import type { EventsTable } from './schema.ts';
import type { StoredEvent } from './store.ts';

export function eventOfRow(row: Selectable<EventsTable>): StoredEvent {
  return {
    sequence: row.sequence,
    nodeId: row.node_id,
    kind: row.kind,
    at: row.at,
    body: documentFromText(row.body, `the event ${row.sequence}`),
  };
}

/** A negative LIMIT would mean "no limit" to SQLite, so a limit is kept within bounds on both sides. */
export function within(limit: number, limitMax: number): number {
  return Math.max(1, Math.min(Math.trunc(limit), limitMax));
}

/** Whether one of the texts has a NUL: no row has such a text, and PostgreSQL refuses even to look for it. */
export function hasNul(texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text?.includes('\0') === true);
}
