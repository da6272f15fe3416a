/** Reading nodes: the list with its filters, one node, and why it is as it is. */
import { randomBytes } from 'node:crypto';
import { NODES_LIMIT_MAX, type Problem, type routes } from '@sluice/contract';
import { hasRole, matches, whyIsNode } from '@sluice/core';
import { actorOf, sees } from '../authentication/principal.ts';
import type { FleetNode } from '../fleet/member.ts';
import { timestampOrNull } from '../fleet/timestamp.ts';
import { isLoopback, takesGzip } from './accept-encoding.ts';
import { isKnown } from './etag.ts';
import { fullBudgetsOf } from './budgets.ts';
import { listBodyOf } from './list-bytes.ts';
import { listOf, selectorOf, textOf } from './node-filters.ts';
import { afterCursor, cursorAfter, parseOrder, sorted, SORT_KEYS } from './node-order.ts';
import { type Handler, value } from './route-context.ts';

/** Tells the lists of this process from those of an earlier one, whose versions counted from 0 too. */
const PROCESS_TAG = randomBytes(6).toString('base64url');

export const listNodes: Handler<typeof routes.listNodes> = async (
  { query, headers, principal, remoteAddress },
  { fleet, listBytes },
) => {
  // Weak: a node's lastSeenAt may differ between two answers that say the same otherwise.
  const etag = `W/"${PROCESS_TAG}-${fleet.version}"`;
  const selector = selectorOf(query.selector);
  if (!selector.ok) return selector;
  const order = parseOrder(textOf(query.sort) ?? 'id');
  if (order === null) return invalid('sort', `one of ${SORT_KEYS.join(', ')}, with - before it for descending`);
  const limit = limitOf(textOf(query.limit));
  if (limit === 'invalid') return invalid('limit', `a whole number from 1 to ${NODES_LIMIT_MAX}`);
  const cursor = textOf(query.cursor);
  const isAfter = cursor === undefined ? () => true : afterCursor(cursor, order);
  if (isAfter === null) return invalid('cursor', 'the nextCursor of the page before, with the same sort');
  if (isKnown(headers['if-none-match'], etag)) return { ok: true, value: { kind: 'not-modified', etag } };

  const types = listOf(query.type);
  const statuses = listOf(query.status);
  const text = textOf(query.q)?.toLowerCase();
  const isSelected = (node: FleetNode) => {
    const { state, status } = node;
    return (
      sees(principal, node) &&
      (types === null || types.has(state.identity.type)) &&
      (statuses === null || statuses.has(status)) &&
      (selector.value === null || matches(selector.value, state, status)) &&
      (text === undefined || hasText(state, text))
    );
  };
  const isWhole =
    principal.scope === null &&
    types === null &&
    statuses === null &&
    selector.value === null &&
    text === undefined &&
    cursor === undefined;
  if (limit === null && order.name === 'id' && !order.isDescending) {
    const since = isWhole ? versionIn(textOf(query.changedSince)) : null;
    const changed = since === null ? null : fleet.changedSince(since);
    if (changed !== null)
      return {
        ok: true,
        value: { kind: 'bytes', body: listBodyOf(changed, ',"changesOnly":true'), isPacked: false, etag },
      };
    const nodes = fleet.nodes();
    // Between programs on one machine packing takes longer than sending.
    const isPacked = isWhole && !isLoopback(remoteAddress) && takesGzip(headers['accept-encoding']);
    const body = isPacked
      ? await listBytes.packed(nodes, fleet.version)
      : isWhole
        ? listBytes.whole(nodes, fleet.version)
        : listBytes.some(nodes, (node) => isAfter(node) && isSelected(node));
    return { ok: true, value: { kind: 'bytes', body, isPacked, etag } };
  }
  const selected = sorted(
    isWhole ? fleet.nodes() : fleet.nodes().filter((node) => isAfter(node) && isSelected(node)),
    order,
  );
  const page = limit === null ? selected : selected.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = last === undefined || page.length === selected.length ? null : cursorAfter(last, order);
  const next = limit === null ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`;
  return { ok: true, value: { kind: 'bytes', body: listBodyOf(page, next), isPacked: false, etag } };
};

export const getNode: Handler<typeof routes.getNode> = ({ params }, { fleet }) => {
  const node = fleet.view(params.id);
  return node === undefined ? noSuchNode(params.id) : value(node);
};

export const forgetNode: Handler<typeof routes.forgetNode> = async (
  { params, query, principal, remoteAddress },
  { fleet },
) => {
  const force = query.force === 'true';
  if (force && !hasRole(principal, 'admin')) {
    const detail = `Forgetting with force needs the role admin; ${principal.name} has the role ${principal.role}.`;
    return { ok: false, problem: { code: 'forbidden', detail } };
  }
  const result = await fleet.execute(params.id, { kind: 'ForgetNode', force }, actorOf(principal, remoteAddress));
  return result.ok ? value({ id: params.id }) : result;
};

export const whyNode: Handler<typeof routes.whyNode> = ({ params, principal }, { fleet }) => {
  const node = fleet.node(params.id);
  if (node === undefined) return noSuchNode(params.id);
  const { status, summary, causes } = whyIsNode(
    node.state,
    node.load.problem,
    fleet.now(),
    fullBudgetsOf(params.id, principal, fleet),
  );
  return value({
    id: params.id,
    status,
    summary,
    causes: causes.map((cause) => ({ ...cause, since: timestampOrNull(cause.since) })),
  });
};

export function noSuchNode(id: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'node-not-found', detail: `The fleet has no node '${id.slice(0, 300)}'.` } };
}

function invalid(field: string, expected: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'invalid-request', field, detail: `${field} must be ${expected}.` } };
}

/** @returns The version of a list of this process; `null`: no entity tag of one. */
function versionIn(etag: string | undefined): number | null {
  const [, tag, version] = etag?.match(/^(?:W\/)?"([\w-]{8})-(\d{1,15})"$/u) ?? [];
  return tag === PROCESS_TAG ? Number(version) : null;
}

function limitOf(text: string | undefined): number | null | 'invalid' {
  if (text === undefined) return null;
  const limit = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= NODES_LIMIT_MAX ? limit : 'invalid';
}

function hasText({ identity, ip }: FleetNode['state'], text: string): boolean {
  const { id, name, type, labels } = identity;
  return [id, name, type, ip, ...Object.entries(labels).map(([key, label]) => `${key}=${label}`)].some((each) =>
    each.toLowerCase().includes(text),
  );
}
