/** Reading operations: one, and the list from the newest back. */
import {
  OPERATIONS_LIMIT_DEFAULT,
  OPERATIONS_LIMIT_MAX,
  type OperationRecord,
  type Problem,
  type routes,
} from '@sluice/contract';
import { type Principal, seesRecord } from '../authentication/principal.ts';
import { askOfNode } from './act.ts';
import { operationView } from '../fleet/operation-view.ts';
import { type Handler, type HttpParts, value } from './route-context.ts';

export const getOperation: Handler<typeof routes.getOperation> = async ({ params }, { fleet }) => {
  const operation = await fleet.operation(params.id);
  return operation === null ? noSuchOperation(params.id) : value(viewOf(operation, fleet));
};

export const operationOutput: Handler<typeof routes.operationOutput> = async ({ params }, { fleet }) => {
  const operation = await fleet.operation(params.id);
  if (operation === null) return noSuchOperation(params.id);
  const text = fleet.liveOutput(operation.id) ?? operation.output ?? '';
  return { ok: true, value: { kind: 'text', text } };
};

export const cancelOperation: Handler<typeof routes.cancelOperation> = async (request, parts) => {
  const operationId = request.params.id;
  const operation = await parts.fleet.operation(operationId);
  if (operation === null) return noSuchOperation(operationId);
  const { reason = null } = request.body;
  return askOfNode(operation.nodeId, request, parts, { kind: 'CancelOperation', operationId, reason });
};

export const confirmOperation: Handler<typeof routes.confirmOperation> = async (request, parts) => {
  const operationId = request.params.id;
  const operation = await parts.fleet.operation(operationId);
  if (operation === null) return noSuchOperation(operationId);
  return askOfNode(operation.nodeId, request, parts, { kind: 'ConfirmOperation', operationId });
};

export function noSuchOperation(id: string): { readonly ok: false; readonly problem: Problem } {
  return {
    ok: false,
    problem: { code: 'operation-not-found', detail: `There is no operation '${id.slice(0, 100)}'.` },
  };
}

export const listOperations: Handler<typeof routes.listOperations> = async ({ query, principal }, { fleet }) => {
  const statuses = given(query.status)
    ?.split(',')
    .map((status) => status.trim())
    .filter((status) => status !== '');
  const limit = limitOf(given(query.limit));
  if (limit === null) return invalid('limit', `a whole number from 1 to ${OPERATIONS_LIMIT_MAX}`);
  const createdSince = instantOf(given(query.since));
  if (createdSince === null) return invalid('since', 'an instant such as 2026-11-23T03:00:00Z (write + as %2B)');
  const cursor = readCursor(given(query.cursor));
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const { operations, next } = await visibleOperations(fleet, principal, {
    // A node's id is taken exactly as it is, white space and all.
    nodeId: query.node === '' ? undefined : query.node,
    command: given(query.command),
    statuses: statuses?.length === 0 ? undefined : statuses,
    createdSince,
    cursor,
    limit,
  });
  return value({
    items: operations.map((operation) => viewOf(operation, fleet)),
    nextCursor: next === null ? null : `${next.createdAt}.${next.id}`,
  });
};

/** Pages of the store that one request looks through, so that a token that sees little does not walk through all at once. */
const PAGES_MAX = 20;

/** The next page of those whose node exists for the principal; it may be short before the end. */
async function visibleOperations(
  fleet: HttpParts['fleet'],
  principal: Principal,
  query: Parameters<HttpParts['fleet']['operations']>[0],
): Promise<{ readonly operations: readonly OperationRecord[]; readonly next: OperationRecord | null }> {
  const visible: OperationRecord[] = [];
  let { cursor } = query;
  for (let page = 1; ; page += 1) {
    const found = await fleet.operations({ ...query, cursor });
    for (const operation of found) {
      if (seesRecord(principal, fleet.node(operation.nodeId), operation.createdAt)) visible.push(operation);
      if (visible.length === query.limit) return { operations: visible, next: operation };
    }
    const last = found.at(-1);
    if (last === undefined || found.length < query.limit) return { operations: visible, next: null };
    if (page === PAGES_MAX) return { operations: visible, next: last };
    cursor = last;
  }
}

function viewOf(operation: OperationRecord, fleet: HttpParts['fleet']) {
  return operationView(operation, fleet.node(operation.nodeId)?.state ?? null, fleet.now());
}

/** A blank filter is no filter. */
function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** The three below: `null` when the text is not what it should be. */
function limitOf(text: string | undefined): number | null {
  if (text === undefined) return OPERATIONS_LIMIT_DEFAULT;
  const limit = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= OPERATIONS_LIMIT_MAX ? limit : null;
}

/** RFC 3339, in epoch milliseconds. */
function instantOf(text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/u.test(text)) return null;
  const at = Date.parse(text.toUpperCase());
  return Number.isNaN(at) ? null : at;
}

function readCursor(text: string | undefined): { readonly createdAt: number; readonly id: string } | undefined | null {
  if (text === undefined) return undefined;
  const [, createdAt, id] = /^(\d{1,16})\.(op_[0-9a-z]+)$/u.exec(text) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt: Number(createdAt), id };
}

function invalid(field: string, expected: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'invalid-request', field, detail: `${field} must be ${expected}.` } };
}
