/** Reading the audit: with filters, a page at a time, and the chain that proves it. */
import {
  AUDIT_LIMIT_DEFAULT,
  AUDIT_LIMIT_MAX,
  type AuditEntry,
  type OperationRecord,
  type routes,
} from '@sluice/contract';
import { type Principal, seesRecord } from '../authentication/principal.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { HistoryEvent, HistoryQuery } from '../fleet/history.ts';
import { auditEntry, operationIdOf } from './audit-entry.ts';
import { EVENTS_AT_ONCE, eventsBefore } from './events-before.ts';
import { AN_INSTANT, given, instantOf, invalid, limitOf, listIn, sequenceOf, wholeNumberTo } from './query-values.ts';
import { type Handler, value } from './route-context.ts';

export const listAudit: Handler<typeof routes.listAudit> = async ({ query, principal }, { fleet, history }) => {
  const limit = limitOf(query.limit, AUDIT_LIMIT_DEFAULT, AUDIT_LIMIT_MAX);
  if (limit === null) return invalid('limit', wholeNumberTo(AUDIT_LIMIT_MAX));
  const [since, until] = [instantOf(query.since), instantOf(query.until)];
  if (since === null) return invalid('since', AN_INSTANT);
  if (until === null) return invalid('until', AN_INSTANT);
  const cursor = sequenceOf(query.cursor);
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const result = given(query.result);
  if (result !== undefined && result !== 'refused' && result !== 'done') return invalid('result', 'refused or done');
  const actor = given(query.actor);
  const kinds = listIn(query.action);
  const token = given(query.token);
  // The store is asked only what it finds without walking on: a rare filter must not hold up everybody else meanwhile.
  const wanted: HistoryQuery = {
    isAudited: true,
    newestFirst: true,
    nodeId: query.node === '' ? undefined : query.node,
    limit: EVENTS_AT_ONCE,
  };
  const read = (before: number | undefined) => history.chain({ ...wanted, before });
  const isWanted = (event: HistoryEvent) =>
    (actor === undefined || event.actor === actor) &&
    (kinds === undefined || kinds.includes(event.kind)) &&
    (since === undefined || event.at >= since) &&
    (until === undefined || event.at < until) &&
    isVisible(event, principal, fleet) &&
    (token === undefined || tokenIdOf(event) === token) &&
    (result === undefined || isRefusal(event) === (result === 'refused'));
  const { events, next } = await eventsBefore(cursor, { read, isWanted, limit, since: since ?? null });
  return value({ items: await entriesOf(events, fleet), nextCursor: next === null ? null : String(next) });
};

export const readChain: Handler<typeof routes.readChain> = async ({ query }, { history }) => {
  const limit = limitOf(query.limit, AUDIT_LIMIT_MAX, AUDIT_LIMIT_MAX);
  if (limit === null) return invalid('limit', wholeNumberTo(AUDIT_LIMIT_MAX));
  const after = sequenceOf(query.after);
  if (after === null) return invalid('after', 'the sequence number of an event');
  const events = await history.chain({ after, limit });
  // Read after them: an event beyond it was not committed by this server.
  const head = await history.chainHead();
  return value({
    items: events.map(({ sequence, nodeId, kind, at, actor, bodyText, previousHash }) => ({
      sequence,
      nodeId,
      kind,
      at,
      actor,
      body: bodyText,
      previousHash,
    })),
    head,
  });
};

/** With what became of each operation, looked up once. */
async function entriesOf(events: readonly HistoryEvent[], fleet: Fleet): Promise<AuditEntry[]> {
  const operations = new Map<string, OperationRecord | null>();
  const entries: AuditEntry[] = [];
  for (const event of events) {
    const id = operationIdOf(event);
    if (id !== null && !operations.has(id)) operations.set(id, await fleet.operation(id));
    entries.push(auditEntry(event, id === null ? null : (operations.get(id) ?? null)));
  }
  return entries;
}

function isVisible({ nodeId, at }: HistoryEvent, principal: Principal, fleet: Fleet): boolean {
  return principal.scope === null || (nodeId !== '' && seesRecord(principal, fleet.node(nodeId), at));
}

function isRefusal({ kind }: HistoryEvent): boolean {
  return kind === 'RequestRefused' || kind === 'LoginRefused';
}

function tokenIdOf({ body }: HistoryEvent): unknown {
  const { actor } = body;
  return typeof actor === 'object' && actor !== null && 'tokenId' in actor ? actor.tokenId : undefined;
}
