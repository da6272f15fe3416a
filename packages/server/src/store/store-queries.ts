/** The verbs of the store that are single statements, written once for every dialect. */
import type { Kysely, Selectable } from 'kysely';
import { lastEventToRemove } from './chain-queries.ts';
import { eventOfRow, hasNul, within } from './event-rows.ts';
import { documentFromText } from './document-text.ts';
import type {
  AnsweredRequestsTable,
  NodeLastSeenTable,
  NodesTable,
  OperationsTable,
  Schema,
  TokensTable,
} from './schema.ts';
import { EVENTS_LIMIT_MAX, OPERATIONS_LIMIT_MAX } from './store.ts';
import type {
  AnsweredRequest,
  EventsQuery,
  OperationDuration,
  OperationsQuery,
  Pruned,
  PruneRequest,
  StoredEvent,
  StoredFleet,
  StoredNode,
  StoredOperation,
  StoredToken,
} from './store.ts';

/** See `Store.load`. */
export async function loadFleet(kysely: Kysely<Schema>): Promise<StoredFleet> {
  const rows = await kysely
    .selectFrom('nodes')
    .leftJoin('node_last_seen', 'node_last_seen.node_id', 'nodes.node_id')
    .select(['nodes.node_id', 'nodes.revision', 'nodes.state', 'node_last_seen.last_seen_at'])
    .execute();
  const counter = await kysely.selectFrom('event_sequence').select('last_sequence').executeTakeFirstOrThrow();
  return {
    nodes: rows.map(nodeOfRow),
    lastSequence: counter.last_sequence,
  };
}

/** See `Store.events`. */
export async function selectEvents(kysely: Kysely<Schema>, query: EventsQuery): Promise<readonly StoredEvent[]> {
  // PostgreSQL does not take an empty list after IN, so it is answered here.
  if (query.kinds?.length === 0 || hasNul([query.nodeId, ...(query.kinds ?? [])])) return [];
  let select = kysely
    .selectFrom('events')
    .selectAll()
    .orderBy('sequence', query.newestFirst === true ? 'desc' : 'asc')
    .limit(within(query.limit, EVENTS_LIMIT_MAX));
  if (query.after !== undefined) select = select.where('sequence', '>', query.after);
  if (query.before !== undefined) select = select.where('sequence', '<', query.before);
  if (query.nodeId !== undefined) select = select.where('node_id', '=', query.nodeId);
  if (query.kinds !== undefined) select = select.where('kind', 'in', query.kinds);
  return (await select.execute()).map(eventOfRow);
}

/** See `Store.operation`. */
export async function selectOperation(kysely: Kysely<Schema>, id: string): Promise<StoredOperation | null> {
  if (hasNul([id])) return null;
  const row = await kysely.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : operationOfRow(row);
}

/** See `Store.operations`. */
export async function selectOperations(
  kysely: Kysely<Schema>,
  query: OperationsQuery,
): Promise<readonly StoredOperation[]> {
  const { nodeId, command, statuses, cursor } = query;
  if (statuses?.length === 0 || hasNul([nodeId, command, ...(statuses ?? []), cursor?.id])) return [];
  let select = kysely
    .selectFrom('operations')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(within(query.limit, OPERATIONS_LIMIT_MAX));
  if (query.nodeId !== undefined) select = select.where('node_id', '=', query.nodeId);
  if (query.command !== undefined) select = select.where('command', '=', query.command);
  if (query.statuses !== undefined) select = select.where('status', 'in', query.statuses);
  if (query.createdSince !== undefined) select = select.where('created_at', '>=', query.createdSince);
  if (cursor !== undefined) {
    select = select.where((expression) =>
      expression(expression.refTuple('created_at', 'id'), '<', expression.tuple(cursor.createdAt, cursor.id)),
    );
  }
  return (await select.execute()).map(operationOfRow);
}

/** See `Store.operationDurations`. So many rows are looked at and no more, however rare a command is. */
export async function selectOperationDurations(
  kysely: Kysely<Schema>,
  lookedAt: number,
): Promise<readonly OperationDuration[]> {
  const rows = await kysely
    .selectFrom((newest) =>
      newest
        .selectFrom('operations')
        .select(['command', 'status', 'created_at', 'ended_at'])
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(lookedAt)
        .as('newest'),
    )
    .select(['command', 'created_at', 'ended_at'])
    .where('status', '=', 'succeeded')
    .orderBy('created_at', 'desc')
    .execute();
  return rows.flatMap(({ command, created_at, ended_at }) =>
    ended_at === null ? [] : [{ command, durationMs: Math.max(0, ended_at - created_at) }],
  );
}

/** See `Store.answeredRequests`. */
export async function selectAnsweredRequests(
  kysely: Kysely<Schema>,
  keys: readonly string[],
): Promise<readonly AnsweredRequest[]> {
  if (keys.length === 0) return [];
  const rows = await kysely.selectFrom('answered_requests').selectAll().where('key', 'in', keys).execute();
  return rows.map(answeredRequestOfRow);
}

/** See `Store.prune`. Each kind by its own statements: a crash between them only leaves some work for the next time. */
export async function pruneRows(kysely: Kysely<Schema>, request: PruneRequest): Promise<Pruned> {
  const rowsMax = Math.max(1, Math.trunc(request.rowsMax));
  const lastGone = await lastEventToRemove(kysely, request);
  const through = lastGone === null ? null : Math.min(lastGone, request.eventsUpTo ?? Infinity);
  const events =
    through === null ? null : await kysely.deleteFrom('events').where('sequence', '<=', through).executeTakeFirst();

  const firstTooMany = await kysely
    .selectFrom('operations')
    .select('created_at')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .offset(Math.max(0, Math.trunc(request.operationsKeptMax)))
    .limit(1)
    .executeTakeFirst();
  // Inclusive of the first that is one too many; those of its very millisecond may go with it.
  const countedBefore =
    firstTooMany === undefined ? 0 : Math.min(firstTooMany.created_at + 1, request.operationsCountedBefore);
  const operations = await kysely
    .deleteFrom('operations')
    .where('id', 'in', (expression) =>
      expression
        .selectFrom('operations')
        .select('id')
        .where('ended_at', 'is not', null)
        // What was created later has ended later: by `created_at` only old rows are looked at.
        .where('created_at', '<', Math.max(request.operationsBefore, countedBefore))
        .where('ended_at', '<', Math.max(request.operationsBefore, countedBefore))
        .where('id', 'not in', (answers) => answers.selectFrom('answered_requests').select('operation_id'))
        .orderBy('created_at')
        .orderBy('id')
        .limit(rowsMax),
    )
    .executeTakeFirst();

  const answered = await kysely
    .deleteFrom('answered_requests')
    .where('key', 'in', (expression) =>
      expression
        .selectFrom('answered_requests')
        .select('key')
        .where('answered_at', '<', request.answeredBefore)
        .orderBy('answered_at')
        .limit(rowsMax),
    )
    .executeTakeFirst();
  return {
    events: Number(events?.numDeletedRows ?? 0n),
    operations: Number(operations.numDeletedRows),
    answered: Number(answered.numDeletedRows),
  };
}

/** See `Store.tokens`. */
export async function selectTokens(kysely: Kysely<Schema>): Promise<readonly StoredToken[]> {
  const rows = await kysely.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(tokenOfRow);
}

/** See `Store.pruneTokens`. */
export async function deleteOldTokens(kysely: Kysely<Schema>, before: number): Promise<void> {
  await kysely
    .deleteFrom('tokens')
    // The two of the server itself stay: a new one would be made in their place.
    .where('id', 'not in', ['admin', 'join'])
    .where((token) => token.or([token('revoked_at', '<', before), token('expires_at', '<', before)]))
    .execute();
}

/** The row that a commit writes of a token; when it was last used is not a commit's to say. */
export function rowOfToken(token: StoredToken): Omit<TokensTable, 'last_used_at'> {
  return {
    id: token.id,
    kind: token.kind,
    name: token.name,
    hash: token.hash,
    role: token.role,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt,
    selector: token.selector,
    node_type: token.nodeType,
    uses_max: token.usesMax,
    uses: token.uses,
    idle_ms: token.idleMs,
    created_by: token.createdBy,
  };
}

export function answeredRequestOfRow(row: Selectable<AnsweredRequestsTable>): AnsweredRequest {
  return {
    key: row.key,
    fingerprint: row.fingerprint,
    operationId: row.operation_id,
    answeredAt: row.answered_at,
  };
}

function operationOfRow(row: Selectable<OperationsTable>): StoredOperation {
  return {
    id: row.id,
    nodeId: row.node_id,
    command: row.command,
    status: row.status,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    body: documentFromText(row.body, `the operation '${row.id}'`),
  };
}

export function tokenOfRow(row: Selectable<TokensTable>): StoredToken {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    hash: row.hash,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    selector: row.selector,
    nodeType: row.node_type,
    usesMax: row.uses_max,
    uses: row.uses,
    idleMs: row.idle_ms,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
  };
}

export function nodeOfRow(
  row: Selectable<NodesTable> & Pick<Selectable<NodeLastSeenTable>, 'last_seen_at'>,
): StoredNode {
  return {
    nodeId: row.node_id,
    revision: row.revision,
    lastSeenAt: row.last_seen_at,
    state: documentFromText(row.state, `the node '${row.node_id}'`),
  };
}
