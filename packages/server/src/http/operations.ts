/** Reading operations: one, and the list from the newest back. */
import { OPERATIONS_LIMIT_DEFAULT, OPERATIONS_LIMIT_MAX, OperationStatus, type OperationRecord, type Problem, type routes } from '@sluice/contract';
import { Value } from 'typebox/value';
import { operationView } from '../fleet/operation-view.ts';
import { type Handler, type HttpParts, value } from './route-context.ts';

export const getOperation: Handler<typeof routes.getOperation> = async ({ params }, { fleet }) => {
  const operation = await fleet.operation(params.id);
  if (operation === null) {
    return { ok: false, problem: { code: 'operation-not-found', detail: `There is no operation '${params.id.slice(0, 100)}'.` } };
  }
  return value(viewOf(operation, fleet));
};

export const listOperations: Handler<typeof routes.listOperations> = async ({ query }, { fleet }) => {
  const statuses = query.status?.split(',').map((status) => status.trim()).filter((status) => status !== '') ?? [];
  const unknown = statuses.find((status) => !Value.Check(OperationStatus, status));
  if (unknown !== undefined) return invalid('status', 'queued, running, succeeded, failed, cancelled or expired');
  const limit = query.limit === undefined || query.limit === '' ? OPERATIONS_LIMIT_DEFAULT : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > OPERATIONS_LIMIT_MAX) return invalid('limit', `a whole number from 1 to ${OPERATIONS_LIMIT_MAX}`);
  const createdSince = query.since === undefined || query.since === '' ? undefined : Date.parse(query.since);
  if (createdSince !== undefined && Number.isNaN(createdSince)) return invalid('since', 'an instant such as 2026-11-23T03:00:00Z');
  const cursor = query.cursor === undefined || query.cursor === '' ? undefined : readCursor(query.cursor);
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const operations = await fleet.operations({
    nodeId: query.node === '' ? undefined : query.node,
    command: query.command === '' ? undefined : query.command,
    statuses: statuses.length === 0 ? undefined : statuses,
    createdSince,
    cursor,
    limit,
  });
  const last = operations.at(-1);
  return value({
    items: operations.map((operation) => viewOf(operation, fleet)),
    nextCursor: last === undefined || operations.length < limit ? null : `${last.createdAt}.${last.id}`,
  });
};

function viewOf(operation: OperationRecord, fleet: HttpParts['fleet']) {
  return operationView(operation, fleet.node(operation.nodeId)?.state ?? null, fleet.now());
}

function readCursor(text: string): { readonly createdAt: number; readonly id: string } | null {
  const [, createdAt, id] = /^(\d{1,16})\.(op_[0-9a-z]+)$/u.exec(text) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt: Number(createdAt), id };
}

function invalid(field: string, expected: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'invalid-request', field, detail: `${field} must be ${expected}.` } };
}
