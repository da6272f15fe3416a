/** Reading operations: one, and the list from the newest back. */
import {
  OPERATIONS_LIMIT_DEFAULT,
  OPERATIONS_LIMIT_MAX,
  type OperationRecord,
  type Problem,
  type routes,
} from '@sluice/contract';
import { endedInWords } from '@sluice/core';
import { seesRecord } from '../authentication/principal.ts';
import { askOfNode } from './act.ts';
import { operationView } from '../fleet/operation-view.ts';
import { AN_INSTANT, given, instantOf, invalid, limitOf, listIn, wholeNumberTo } from './query-values.ts';
import { type Handler, type HttpParts, value } from './route-context.ts';

export const getOperation: Handler<typeof routes.getOperation> = async ({ params }, { fleet }) => {
  const operation = await fleet.operation(params.id);
  return operation === null ? noSuchOperation(params.id) : value(viewOf(operation, fleet));
};

export const operationOutput: Handler<typeof routes.operationOutput> = async ({ params }, { fleet }) => {
  const operation = await fleet.operation(params.id);
  if (operation === null) return noSuchOperation(params.id);
  const text = fleet.measures.output(operation.id) ?? operation.output ?? '';
  return { ok: true, value: { kind: 'text', text } };
};

export const cancelOperation: Handler<typeof routes.cancelOperation> = async (request, parts) => {
  const operationId = request.params.id;
  const operation = await parts.fleet.operation(operationId);
  if (operation === null) return noSuchOperation(operationId);
  // A node's state knows only some of those that have ended; this one does not change any more.
  if (operation.status === 'cancelled') return value(viewOf(operation, parts.fleet));
  if (operation.endedAt !== null) return operationEnded(operation);
  const { reason = null } = request.body;
  return askOfNode(operation.nodeId, request, parts, { kind: 'CancelOperation', operationId, reason });
};

export const confirmOperation: Handler<typeof routes.confirmOperation> = async (request, parts) => {
  const operationId = request.params.id;
  const operation = await parts.fleet.operation(operationId);
  if (operation === null) return noSuchOperation(operationId);
  if (operation.endedAt !== null) return operationEnded(operation);
  return askOfNode(operation.nodeId, request, parts, { kind: 'ConfirmOperation', operationId });
};

function operationEnded(operation: OperationRecord): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'operation-ended', detail: endedInWords(operation) } };
}

export function noSuchOperation(id: string): { readonly ok: false; readonly problem: Problem } {
  return {
    ok: false,
    problem: { code: 'operation-not-found', detail: `There is no operation '${id.slice(0, 100)}'.` },
  };
}

export const listOperations: Handler<typeof routes.listOperations> = async ({ query, principal }, { fleet }) => {
  const limit = limitOf(query.limit, OPERATIONS_LIMIT_DEFAULT, OPERATIONS_LIMIT_MAX);
  if (limit === null) return invalid('limit', wholeNumberTo(OPERATIONS_LIMIT_MAX));
  const createdSince = instantOf(query.since);
  if (createdSince === null) return invalid('since', AN_INSTANT);
  const cursor = readCursor(given(query.cursor));
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const by = given(query.by);
  const isWanted = (operation: OperationRecord) =>
    (by === undefined || operation.requestedBy === by) &&
    seesRecord(principal, fleet.node(operation.nodeId), operation.createdAt);
  const { operations, next } = await operationsBefore(fleet, isWanted, {
    // A node's id is taken exactly as it is, white space and all.
    nodeId: query.node === '' ? undefined : query.node,
    command: given(query.command),
    statuses: listIn(query.status),
    createdSince,
    cursor,
    limit,
  });
  return value({
    items: operations.map((operation) => viewOf(operation, fleet)),
    nextCursor: next === null ? null : `${next.createdAt}.${next.id}`,
  });
};

/** Pages of the store that one request looks through, so that a filter that finds little does not walk through all at once. */
const PAGES_MAX = 20;

/** The next page of those that are wanted; it may be short before the end. */
async function operationsBefore(
  fleet: HttpParts['fleet'],
  isWanted: (operation: OperationRecord) => boolean,
  query: Parameters<HttpParts['fleet']['operations']>[0],
): Promise<{ readonly operations: readonly OperationRecord[]; readonly next: OperationRecord | null }> {
  const wanted: OperationRecord[] = [];
  let { cursor } = query;
  for (let page = 1; ; page += 1) {
    const found = await fleet.operations({ ...query, cursor });
    for (const operation of found) {
      if (isWanted(operation)) wanted.push(operation);
      if (wanted.length === query.limit) return { operations: wanted, next: operation };
    }
    const last = found.at(-1);
    if (last === undefined || found.length < query.limit) return { operations: wanted, next: null };
    if (page === PAGES_MAX) return { operations: wanted, next: last };
    cursor = last;
  }
}

function viewOf(operation: OperationRecord, fleet: HttpParts['fleet']) {
  return operationView(operation, fleet.node(operation.nodeId)?.state ?? null, fleet.now());
}

function readCursor(text: string | undefined): { readonly createdAt: number; readonly id: string } | undefined | null {
  if (text === undefined) return undefined;
  const [, createdAt, id] = /^(\d{1,16})\.(op_[0-9a-z]+)$/u.exec(text) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt: Number(createdAt), id };
}
