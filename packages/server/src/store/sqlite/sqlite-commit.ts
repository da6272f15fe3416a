/**
 * The commit on SQLite: one synchronous transaction on prepared statements.
 *
 * It goes past Kysely on purpose. Through Kysely's driver every row costs a compilation, a prepare and several promises,
 * and other statements on the one connection could slip in between the awaits; here nothing can.
 */
import type Database from 'better-sqlite3';
import { documentText } from '../document-text.ts';
import type {
  AnsweredRequestsTable,
  BudgetsTable,
  EventSequenceTable,
  NodesTable,
  SlotsTable,
  RolloutNodesTable,
  RolloutsTable,
  TokensTable,
  WebhooksTable,
} from '../schema.ts';
import { rowOfBudget, rowOfSlot, slotId } from '../budget-rows.ts';
import { EventChain } from '../event-chain.ts';
import { rowOfToken } from '../store-queries.ts';
import { rowOfRollout, rowOfRolloutNode } from '../rollout-rows.ts';
import { rowOfWebhook } from '../webhook-rows.ts';
import type { AnsweredRequest, Beside, Document, NewEvent, NodeChange, Note, SettledOutcome } from '../store.ts';

/** Writes all changes or none, and has them on the disk when it returns. Throws SQLite's error when it cannot. */
export type SqliteCommit = (
  changes: readonly NodeChange[],
  answered: readonly AnsweredRequest[],
  beside: Beside,
) => Exclude<SettledOutcome, { code: 'store-unavailable' }>;

interface Committed {
  readonly outcome: ReturnType<SqliteCommit>;
  /** About so many were changed. */
  readonly pages: number;
}

/** Bytes of a page of the database. */
const PAGE_BYTES = 4096;
/** A row changes the page that it is on, and one of an index. */
const PAGES_OF_ROW = 2;

/**
 * Prepares the statements once, for all commits on this connection.
 * @param wrote Told after each commit about how many pages it changed.
 */
export function prepareCommit(database: Database.Database, wrote: (pages: number) => void): SqliteCommit {
  const statements = prepareStatements(database);
  const transaction = database.transaction<(...given: Parameters<SqliteCommit>) => Committed>(
    (changes, answered, { tokens = [], webhooks = [], budgets = [], slots = [], rollouts = [], notes = [] }) => {
      const conflicts = conflictingNodes(statements, changes);
      if (conflicts.length > 0)
        return { pages: 0, outcome: { ok: false, code: 'revision-conflict', nodeIds: conflicts } };
      for (const request of answered) {
        statements.upsertAnswered.run({
          key: request.key,
          fingerprint: request.fingerprint,
          operation_id: request.operationId,
          answered_at: request.answeredAt,
        });
      }
      for (const token of tokens) statements.upsertToken.run(rowOfToken(token));
      for (const { id, webhook } of webhooks) {
        if (webhook === null) statements.deleteWebhook.run(id);
        else statements.upsertWebhook.run(rowOfWebhook(webhook));
      }
      for (const { name, budget } of budgets) {
        if (budget === null) statements.deleteBudget.run(name);
        else statements.upsertBudget.run(rowOfBudget(budget));
      }
      for (const { slot, ...key } of slots) {
        if (slot === null) statements.deleteSlot.run(slotId(key));
        else statements.upsertSlot.run(rowOfSlot(slot));
      }
      for (const { rollout, nodes } of rollouts) {
        statements.upsertRollout.run(rowOfRollout(rollout));
        for (const node of nodes) statements.upsertRolloutNode.run(rowOfRolloutNode(rollout.id, node));
      }
      const { pages, ...numbers } = writeChanges(statements, changes, notes);
      const others = [answered, tokens, webhooks, budgets, slots, rollouts, ...rollouts.map(({ nodes }) => nodes)];
      const otherPages = PAGES_OF_ROW * others.reduce((rows, { length }) => rows + length, 0);
      return { pages: pages + otherPages, outcome: { ok: true, ...numbers } };
    },
  );
  // IMMEDIATE takes the write lock at the start: a transaction that began with a read may be refused it later without waiting.
  return (changes, answered, beside) => {
    const { pages, outcome } = transaction.immediate(changes, answered, beside);
    wrote(pages);
    return outcome;
  };
}

/** Everything is checked before anything is written, so that a conflict leaves nothing to roll back. */
function conflictingNodes(statements: Statements, changes: readonly NodeChange[]): readonly string[] {
  const conflicts = new Set<string>();
  /** The revisions that earlier changes of this commit will leave behind. */
  const revisionsAfter = new Map<string, number | null>();
  for (const { nodeId, expectedRevision, state, revision } of changes) {
    const earlier = revisionsAfter.get(nodeId);
    const current = earlier === undefined ? (statements.selectRevision.get(nodeId)?.revision ?? null) : earlier;
    if (current !== expectedRevision) conflicts.add(nodeId);
    revisionsAfter.set(nodeId, state === null ? null : revision);
  }
  return [...conflicts];
}

function writeChanges(
  statements: Statements,
  changes: readonly NodeChange[],
  notes: readonly Note[],
): {
  readonly sequences: readonly (readonly number[])[];
  readonly noteSequences: readonly number[];
  readonly pages: number;
} {
  let pages = 0;
  /** The text of a document, whose row is about to be written. */
  const textOf = (document: Document): string => {
    const text = documentText(document);
    pages += PAGES_OF_ROW + Math.floor(text.length / PAGE_BYTES);
    return text;
  };
  const counter = statements.selectCounter.get();
  if (counter === undefined)
    throw new Error('reading the last sequence number: its row is missing; restore the store from a backup');
  const chain = new EventChain(counter.last_sequence, counter.last_hash);
  const writeEvent = (nodeId: string, { kind, at, body, actor = null }: NewEvent) => {
    const bodyText = textOf(body);
    const { sequence, previousHash } = chain.add({ nodeId, kind, at, actor, bodyText });
    statements.insertEvent.run(sequence, nodeId, kind, at, bodyText, previousHash, actor);
    return sequence;
  };
  const sequences = changes.map((change) => {
    writeNode(statements, change, textOf);
    for (const { id, nodeId, command, status, createdAt, endedAt, body } of change.operations)
      statements.upsertOperation.run(id, nodeId, command, status, createdAt, endedAt, textOf(body));
    return change.events.map((event) => writeEvent(change.nodeId, event));
  });
  const noteSequences = notes.map(({ nodeId, event }) => writeEvent(nodeId, event));
  if (chain.lastSequence > counter.last_sequence) statements.updateCounter.run(chain.lastSequence, chain.head);
  return { sequences, noteSequences, pages };
}

function writeNode(
  statements: Statements,
  { nodeId, expectedRevision, state, revision }: NodeChange,
  textOf: (document: Document) => string,
): void {
  if (state === null) {
    statements.deleteNode.run(nodeId);
    statements.deleteLastSeen.run(nodeId);
    return;
  }
  if (expectedRevision === null) {
    statements.insertNode.run(textOf(state), revision, nodeId);
    statements.insertLastSeen.run(nodeId);
  } else {
    statements.updateNode.run(textOf(state), revision, nodeId);
  }
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database.Database) {
  return {
    selectRevision: database.prepare<[string], Pick<NodesTable, 'revision'>>(
      'select revision from nodes where node_id = ?',
    ),
    // Those that a commit runs by the thousand take their values in order: names are looked up anew each time.
    insertNode: database.prepare<[string, number, string]>(
      'insert into nodes (state, revision, node_id) values (?, ?, ?)',
    ),
    updateNode: database.prepare<[string, number, string]>(
      'update nodes set state = ?, revision = ? where node_id = ?',
    ),
    deleteNode: database.prepare<[string]>('delete from nodes where node_id = ?'),
    insertLastSeen: database.prepare<[string]>('insert into node_last_seen (node_id, last_seen_at) values (?, null)'),
    deleteLastSeen: database.prepare<[string]>('delete from node_last_seen where node_id = ?'),
    selectCounter: database.prepare<[], Pick<EventSequenceTable, 'last_sequence' | 'last_hash'>>(
      'select last_sequence, last_hash from event_sequence',
    ),
    updateCounter: database.prepare<[number, string | null]>(
      'update event_sequence set last_sequence = ?, last_hash = ?',
    ),
    insertEvent: database.prepare<[number, string, string, number, string, string | null, string | null]>(
      `insert into events (sequence, node_id, kind, at, body, previous_hash, actor) values (?, ?, ?, ?, ?, ?, ?)`,
    ),
    upsertAnswered: database.prepare<AnsweredRequestsTable>(
      `insert into answered_requests (key, fingerprint, operation_id, answered_at)
       values (@key, @fingerprint, @operation_id, @answered_at)
       on conflict (key) do update set fingerprint = excluded.fingerprint, operation_id = excluded.operation_id,
         answered_at = excluded.answered_at`,
    ),
    upsertToken: database.prepare<Omit<TokensTable, 'last_used_at'>>(
      `insert into tokens (id, kind, name, hash, role, created_at, expires_at, revoked_at, selector, node_type, uses_max, uses,
         idle_ms, created_by)
       values (@id, @kind, @name, @hash, @role, @created_at, @expires_at, @revoked_at, @selector, @node_type, @uses_max, @uses,
         @idle_ms, @created_by)
       on conflict (id) do update set kind = excluded.kind, name = excluded.name, hash = excluded.hash, role = excluded.role,
         created_at = excluded.created_at, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at,
         selector = excluded.selector, node_type = excluded.node_type, uses_max = excluded.uses_max, uses = excluded.uses,
         idle_ms = excluded.idle_ms, created_by = excluded.created_by`,
    ),
    deleteWebhook: database.prepare<[string]>('delete from webhooks where id = ?'),
    upsertWebhook: database.prepare<WebhooksTable>(
      `insert or replace into webhooks (id, name, url, secret, previous_secret, previous_secret_until, kinds, node_id, selector,
         is_enabled, disabled_because, created_by, created_at, starts_after)
       values (@id, @name, @url, @secret, @previous_secret, @previous_secret_until, @kinds, @node_id, @selector,
         @is_enabled, @disabled_because, @created_by, @created_at, @starts_after)`,
    ),
    deleteBudget: database.prepare<[string]>('delete from budgets where name = ?'),
    upsertBudget: database.prepare<BudgetsTable>(
      `insert or replace into budgets (name, selector, max_unavailable, description, created_by, created_at, updated_at, revision)
       values (@name, @selector, @max_unavailable, @description, @created_by, @created_at, @updated_at, @revision)`,
    ),
    deleteSlot: database.prepare<[string]>('delete from slots where id = ?'),
    upsertSlot: database.prepare<SlotsTable>(
      `insert or replace into slots (id, group_name, holder_id, taken_at, taken_by, node_id)
       values (@id, @group_name, @holder_id, @taken_at, @taken_by, @node_id)`,
    ),
    upsertRollout: database.prepare<RolloutsTable>(
      `insert into rollouts (id, status, created_at, ended_at, body) values (@id, @status, @created_at, @ended_at, @body)
       on conflict (id) do update set status = excluded.status, ended_at = excluded.ended_at, body = excluded.body`,
    ),
    upsertRolloutNode: database.prepare<RolloutNodesTable>(
      `insert into rollout_nodes (id, rollout_id, position, node_id, status, body)
       values (@id, @rollout_id, @position, @node_id, @status, @body)
       on conflict (id) do update set status = excluded.status, body = excluded.body`,
    ),
    // Only what can change: SQLite writes the indexes of every column that is named here, changed or not.
    upsertOperation: database.prepare<[string, string, string, string, number, number | null, string]>(
      `insert into operations (id, node_id, command, status, created_at, ended_at, body) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set status = excluded.status, ended_at = excluded.ended_at, body = excluded.body`,
    ),
  };
}
