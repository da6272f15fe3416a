/** The verbs of the store about the chain of events, written once for every dialect. */
import type { Kysely, Selectable } from 'kysely';
import { hashOfEvent } from './event-chain.ts';
import type { EventsTable, Schema } from './schema.ts';
import { documentOrNull } from './document-text.ts';
import { hasNul, within } from './event-rows.ts';
import { type ChainedEvent, type ChainHead, type ChainQuery, EVENTS_LIMIT_MAX, type PruneRequest } from './store.ts';

/** See `Store.chain`. */
export async function selectChain(kysely: Kysely<Schema>, query: ChainQuery): Promise<readonly ChainedEvent[]> {
  if (query.kinds?.length === 0 || hasNul([query.nodeId, query.actor, ...(query.kinds ?? [])])) return [];
  let select = kysely
    .selectFrom('events')
    .selectAll()
    .orderBy('sequence', query.newestFirst === true ? 'desc' : 'asc')
    .limit(within(query.limit, EVENTS_LIMIT_MAX));
  if (query.after !== undefined) select = select.where('sequence', '>', query.after);
  if (query.before !== undefined) select = select.where('sequence', '<', query.before);
  if (query.nodeId !== undefined) select = select.where('node_id', '=', query.nodeId);
  if (query.kinds !== undefined) select = select.where('kind', 'in', query.kinds);
  if (query.isAudited === true) select = select.where('actor', 'is not', null);
  if (query.actor !== undefined) select = select.where('actor', '=', query.actor);
  if (query.since !== undefined) select = select.where('at', '>=', query.since);
  if (query.until !== undefined) select = select.where('at', '<', query.until);
  return (await select.execute()).map(chainedEventOfRow);
}

/** See `Store.chainHead`. */
export async function selectChainHead(kysely: Kysely<Schema>): Promise<ChainHead> {
  const { last_sequence, last_hash } = await kysely
    .selectFrom('event_sequence')
    .select(['last_sequence', 'last_hash'])
    .executeTakeFirstOrThrow();
  return { sequence: last_sequence, hash: last_hash };
}

export type EventsToRemove = Pick<PruneRequest, 'eventsBefore' | 'eventsKeptMax' | 'rowsMax'>;

/** See `Store.lastToRemove`. */
export async function selectLastToRemove(
  kysely: Kysely<Schema>,
  request: EventsToRemove,
): Promise<ChainedEvent | null> {
  const sequence = await lastEventToRemove(kysely, request);
  if (sequence === null) return null;
  const row = await kysely.selectFrom('events').selectAll().where('sequence', '=', sequence).executeTakeFirst();
  return row === undefined ? null : chainedEventOfRow(row);
}

/** The oldest by sequence go, of which those are too old or too many: what is younger never goes before what is older. */
export async function lastEventToRemove(
  kysely: Kysely<Schema>,
  { eventsBefore, eventsKeptMax, rowsMax }: EventsToRemove,
): Promise<number | null> {
  const { last_sequence } = await kysely.selectFrom('event_sequence').select('last_sequence').executeTakeFirstOrThrow();
  const lastTooMany = last_sequence - eventsKeptMax;
  const oldest = await kysely
    .selectFrom('events')
    .select(['sequence', 'at'])
    .orderBy('sequence')
    .limit(Math.max(1, Math.trunc(rowsMax)))
    .execute();
  const firstKept = oldest.findIndex(({ sequence, at }) => sequence > lastTooMany && at >= eventsBefore);
  return firstKept === 0 ? null : (oldest.at(firstKept === -1 ? -1 : firstKept - 1)?.sequence ?? null);
}

function chainedEventOfRow(row: Selectable<EventsTable>): ChainedEvent {
  const { sequence, node_id: nodeId, kind, at, actor, body: bodyText, previous_hash: previousHash } = row;
  const link = { sequence, nodeId, kind, at, actor, bodyText, previousHash };
  // One that was damaged is shown as such: whoever verifies the chain is told which it is.
  return { ...link, body: documentOrNull(bodyText) ?? {}, hash: hashOfEvent(link) };
}
