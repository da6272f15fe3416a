/** Looking back: what has happened, and the load of the last hour. */
import { HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX, type routes } from '@sluice/contract';
import { LoadHistory } from '../fleet/load-history.ts';
import { jsonOf, serveEvent } from '../fleet/served-event.ts';
import { timestamp } from '../fleet/timestamp.ts';
import type { HistoryEvent } from '../fleet/history.ts';
import { seesEvent } from './event-visibility.ts';
import { EVENTS_AT_ONCE, eventsBefore } from './events-before.ts';
import { noSuchNode } from './nodes.ts';
import { AN_INSTANT, instantOf, invalid, limitOf, listIn, sequenceOf, wholeNumberTo } from './query-values.ts';
import { type Handler, value } from './route-context.ts';

/** Between two values of the load. */
const MINUTE_MS = 60_000;

export const listHistory: Handler<typeof routes.listHistory> = async ({ query, principal }, { fleet, history }) => {
  const limit = limitOf(query.limit, HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX);
  if (limit === null) return invalid('limit', wholeNumberTo(HISTORY_LIMIT_MAX));
  const since = instantOf(query.since);
  if (since === null) return invalid('since', AN_INSTANT);
  const cursor = sequenceOf(query.cursor);
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const kinds = listIn(query.kind);
  const nodeId = query.node === '' ? undefined : query.node;
  // The store is asked only what it finds without walking on: a rare kind must not hold up everybody else meanwhile.
  const read = (before: number | undefined) =>
    history.chain({ newestFirst: true, before, nodeId, limit: EVENTS_AT_ONCE });
  const isWanted = (event: HistoryEvent) =>
    (kinds === undefined || kinds.includes(event.kind)) &&
    (since === undefined || event.at >= since) &&
    seesEvent(principal, fleet, event);
  const { events, next } = await eventsBefore(cursor, { read, isWanted, limit, since: since ?? null });
  const nextCursor = JSON.stringify(next === null ? null : String(next));
  return {
    ok: true,
    value: {
      kind: 'json',
      json: `{"items":[${events.map((event) => jsonOf(serveEvent(event))).join(',')}],"nextCursor":${nextCursor}}`,
    },
  };
};

export const loadHistory: Handler<typeof routes.loadHistory> = ({ params }, { fleet }) => {
  const node = fleet.node(params.id);
  if (node === undefined) return noSuchNode(params.id);
  const { since, ...series } = (node.history ?? new LoadHistory()).series(fleet.now());
  return value({ since: timestamp(since), stepMs: MINUTE_MS, ...series });
};
