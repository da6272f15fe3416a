/** Reading the audit: with filters, a page at a time, and the chain that proves it. */
import { setImmediate } from 'node:timers/promises';
import {
  AUDIT_LIMIT_DEFAULT,
  AUDIT_LIMIT_MAX,
  type AuditEntry,
  type OperationRecord,
  type Problem,
  type routes,
} from '@sluice/contract';
import { type Principal, seesRecord } from '../authentication/principal.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { History, HistoryEvent, HistoryQuery } from '../fleet/history.ts';
import { auditEntry, operationIdOf } from './audit-entry.ts';
import { type Handler, value } from './route-context.ts';

/** Events that are looked at, and pages of them that one request looks through: a rare filter must not walk through everything at once. */
const PAGE_EVENTS = 200;
const PAGES_MAX = 25;

export const listAudit: Handler<typeof routes.listAudit> = async ({ query, principal }, { fleet, history }) => {
  const limit = limitOf(query.limit, AUDIT_LIMIT_DEFAULT);
  if (limit === null) return invalid('limit', `a whole number from 1 to ${AUDIT_LIMIT_MAX}`);
  const [since, until] = [instantOf(query.since), instantOf(query.until)];
  if (since === null) return invalid('since', 'an instant such as 2026-11-23T03:00:00Z (write + as %2B)');
  if (until === null) return invalid('until', 'an instant such as 2026-11-23T03:00:00Z (write + as %2B)');
  const cursor = sequenceOf(query.cursor);
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const result = given(query.result);
  if (result !== undefined && result !== 'refused' && result !== 'done') return invalid('result', 'refused or done');
  const actor = given(query.actor);
  const kinds = given(query.action)
    ?.split(',')
    .map((kind) => kind.trim());
  const token = given(query.token);
  // The store is asked only what it finds without walking on: a rare filter must not hold up everybody else meanwhile.
  const wanted: HistoryQuery = {
    isAudited: true,
    newestFirst: true,
    before: cursor,
    nodeId: query.node === '' ? undefined : query.node,
    limit: PAGE_EVENTS,
  };
  const isWanted = (event: HistoryEvent) =>
    (actor === undefined || event.actor === actor) &&
    (kinds === undefined || kinds.includes(event.kind)) &&
    (since === undefined || event.at >= since) &&
    (until === undefined || event.at < until) &&
    isVisible(event, principal, fleet) &&
    (token === undefined || tokenIdOf(event) === token) &&
    (result === undefined || isRefusal(event) === (result === 'refused'));
  const { events, next } = await pageOf(history, wanted, isWanted, limit, since ?? null);
  return value({ items: await entriesOf(events, fleet), nextCursor: next === null ? null : String(next) });
};

export const readChain: Handler<typeof routes.readChain> = async ({ query }, { history }) => {
  const limit = limitOf(query.limit, AUDIT_LIMIT_MAX);
  if (limit === null) return invalid('limit', `a whole number from 1 to ${AUDIT_LIMIT_MAX}`);
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

/** Newest first. `next`: the event that the next page begins before; `null`: this is the last. */
async function pageOf(
  history: History,
  query: HistoryQuery,
  isWanted: (event: HistoryEvent) => boolean,
  limit: number,
  since: number | null,
): Promise<{ readonly events: readonly HistoryEvent[]; readonly next: number | null }> {
  const events: HistoryEvent[] = [];
  let { before } = query;
  for (let page = 1; ; page += 1) {
    const found = await history.chain({ ...query, before });
    for (const event of found) {
      if (isWanted(event)) events.push(event);
      if (events.length === limit) return { events, next: event.sequence };
    }
    const last = found.at(-1);
    // Times follow the numbers but for clocks that are set: where none of so many is young enough, none before them is.
    const isOver = since !== null && found.every(({ at }) => at < since);
    if (last === undefined || found.length < PAGE_EVENTS || isOver) return { events, next: null };
    if (page === PAGES_MAX) return { events, next: last.sequence };
    before = last.sequence;
    await setImmediate();
  }
}

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

/** A blank filter is no filter. */
function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** The three below: `null` when the text is not what it should be. */
function limitOf(text: string | undefined, byDefault: number): number | null {
  const trimmed = given(text);
  if (trimmed === undefined) return byDefault;
  const limit = /^\d{1,6}$/u.test(trimmed) ? Number(trimmed) : 0;
  return limit >= 1 && limit <= AUDIT_LIMIT_MAX ? limit : null;
}

/** RFC 3339, in epoch milliseconds. */
function instantOf(text: string | undefined): number | undefined | null {
  const trimmed = given(text);
  if (trimmed === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/u.test(trimmed)) return null;
  const at = Date.parse(trimmed.toUpperCase());
  return Number.isNaN(at) ? null : at;
}

function sequenceOf(text: string | undefined): number | undefined | null {
  const trimmed = given(text);
  if (trimmed === undefined) return undefined;
  return /^\d{1,15}$/u.test(trimmed) ? Number(trimmed) : null;
}

function invalid(field: string, expected: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'invalid-request', field, detail: `${field} must be ${expected}.` } };
}
