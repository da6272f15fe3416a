/**
 * The commit on PostgreSQL: one transaction of three round trips, whatever the number of changes. The one-row counter is
 * locked first, and that lock is the pen: commits come one after the other in the order of their sequence numbers, whichever server
 * makes them, and what is read under it stays true until the commit.
 */
import type { Selectable } from 'kysely';
import { EventChain } from '../event-chain.ts';
import { rowOfToken } from '../store-queries.ts';
import { rowOfBudget, rowOfSlot, slotId } from '../budget-rows.ts';
import { rowOfRollout, rowOfRolloutNode } from '../rollout-rows.ts';
import { rowOfWebhook } from '../webhook-rows.ts';
import type { AnsweredRequest, Beside, NewEvent, NodeChange } from '../store.ts';
import { documentText } from '../document-text.ts';
import { type ChangedKeys, type CommitRow, selectCommits } from './missed-commits.ts';
import type { AnsweredRequestsTable } from '../schema.ts';
import type { PostgresSession, Statement } from './postgres-session.ts';
import { writeStatement } from './write-statement.ts';

/** An event before it has its place in the chain. */
interface EventRow {
  readonly node_id: string;
  readonly kind: string;
  readonly at: number;
  readonly body: string;
  readonly actor: string | null;
}

/** The rows of a commit, each table's as JSON but for the events, which get their places when the counter is locked. */
export interface CommitRows {
  /** What each change begins with, for those changes that no other change of the commit goes before. */
  readonly expected: ReadonlyMap<string, number | null>;
  /** Nodes whose changes do not follow one another. */
  readonly inconsistent: ReadonlySet<string>;
  /** In the order of the changes. */
  readonly nodeIds: readonly string[];
  readonly nodes: string;
  /** Nodes that are new in this commit, and so were never heard of. */
  readonly newNodeIds: readonly string[];
  readonly forgottenNodeIds: readonly string[];
  readonly events: readonly EventRow[];
  /** For each change how many events it has. */
  readonly eventCounts: readonly number[];
  /** Notes, whose events come after those of the changes. */
  readonly noteCount: number;
  readonly tokens: string;
  readonly webhooks: string;
  readonly removedWebhookIds: readonly string[];
  readonly budgets: string;
  readonly removedBudgetNames: readonly string[];
  readonly slots: string;
  readonly freedSlotIds: readonly string[];
  readonly rollouts: string;
  readonly rolloutNodes: string;
  readonly operations: string;
  readonly answered: string;
  /** For those who follow: the keys of everything that it writes. */
  readonly changed: string;
}

/** Everything is put into words before the database hears of it. Throws when JSON cannot say a document. */
export function rowsOfCommit(
  changes: readonly NodeChange[],
  answered: readonly AnsweredRequest[],
  { tokens = [], webhooks = [], budgets = [], slots = [], rollouts = [], notes = [] }: Beside,
): CommitRows {
  const expected = new Map<string, number | null>();
  const inconsistent = new Set<string>();
  /** The last change of each node: the one that the node is left as. */
  const last = new Map<string, NodeChange>();
  const isNew = new Set<string>();
  const events: EventRow[] = [];
  const addEvent = (nodeId: string, { kind, at, body, actor = null }: NewEvent) =>
    events.push({ node_id: nodeId, kind, at, body: documentText(body), actor });
  const operations = new Map<string, object>();
  for (const change of changes) {
    const { nodeId, expectedRevision, state } = change;
    const before = last.get(nodeId);
    if (before === undefined) expected.set(nodeId, expectedRevision);
    else if (expectedRevision !== (before.state === null ? null : before.revision)) inconsistent.add(nodeId);
    last.set(nodeId, change);
    if (expectedRevision === null && state !== null) isNew.add(nodeId);
    for (const event of change.events) addEvent(nodeId, event);
    for (const operation of change.operations) {
      operations.set(operation.id, {
        id: operation.id,
        node_id: operation.nodeId,
        command: operation.command,
        status: operation.status,
        created_at: operation.createdAt,
        ended_at: operation.endedAt,
        body: documentText(operation.body),
      });
    }
  }
  for (const { nodeId, event } of notes) addEvent(nodeId, event);
  const left = [...last.values()];
  const nodes = left.flatMap(({ nodeId, revision, state }) =>
    state === null ? [] : [{ node_id: nodeId, revision, state: documentText(state) }],
  );
  const requests = new Map(
    answered.map(({ key, fingerprint, operationId, answeredAt }) => [
      key,
      { key, fingerprint, operation_id: operationId, answered_at: answeredAt },
    ]),
  );
  return {
    expected,
    inconsistent,
    nodeIds: [...last.keys()],
    nodes: JSON.stringify(nodes),
    newNodeIds: nodes.map(({ node_id }) => node_id).filter((nodeId) => isNew.has(nodeId)),
    forgottenNodeIds: left.filter(({ state }) => state === null).map(({ nodeId }) => nodeId),
    events,
    eventCounts: changes.map((change) => change.events.length),
    noteCount: notes.length,
    tokens: JSON.stringify([...new Map(tokens.map((token) => [token.id, rowOfToken(token)])).values()]),
    webhooks: JSON.stringify(webhooks.flatMap(({ webhook }) => (webhook === null ? [] : [rowOfWebhook(webhook)]))),
    removedWebhookIds: webhooks.filter(({ webhook }) => webhook === null).map(({ id }) => id),
    budgets: JSON.stringify(budgets.flatMap(({ budget }) => (budget === null ? [] : [rowOfBudget(budget)]))),
    removedBudgetNames: budgets.filter(({ budget }) => budget === null).map(({ name }) => name),
    slots: JSON.stringify(slots.flatMap(({ slot }) => (slot === null ? [] : [rowOfSlot(slot)]))),
    freedSlotIds: slots.filter(({ slot }) => slot === null).map(slotId),
    rollouts: JSON.stringify(rollouts.map(({ rollout }) => rowOfRollout(rollout))),
    rolloutNodes: JSON.stringify(
      rollouts.flatMap(({ rollout, nodes }) => nodes.map((node) => rowOfRolloutNode(rollout.id, node))),
    ),
    operations: JSON.stringify([...operations.values()]),
    answered: JSON.stringify([...requests.values()]),
    changed: JSON.stringify({
      nodes: [...last.keys()],
      tokens: tokens.map(({ id }) => id),
      webhooks: webhooks.map(({ id }) => id),
      budgets: budgets.map(({ name }) => name),
      slots: slots.map(({ groupName, holderId }) => ({ groupName, holderId })),
      rollouts: rollouts.map(({ rollout, nodes: written }) => ({
        id: rollout.id,
        positions: written.map(({ position }) => position),
      })),
    } satisfies ChangedKeys),
  };
}

/** The pen, and what was read under it. */
export interface BegunCommit {
  readonly head: {
    readonly last_sequence: number;
    readonly last_hash: string | null;
    readonly last_commit_id: string | null;
  };
  /** The commits after the number that was asked for, or just the newest one. */
  readonly commits: readonly CommitRow[];
  /** Rows of the answered requests that have one of the keys. */
  readonly answered: readonly Selectable<AnsweredRequestsTable>[];
}

/**
 * Opens the transaction and takes the pen.
 * @param afterNumber Commits after this number are wanted; `null`: only the newest.
 * @param keys Of answered requests.
 * @throws What `PostgresSession.query` throws; the transaction is to be rolled back then.
 */
export async function beginCommit(
  session: PostgresSession,
  afterNumber: number | null,
  keys: readonly string[],
): Promise<BegunCommit> {
  // Each is begun when the one before it is done, so all is read under the counter's lock.
  const [, counter, commits, answered] = await Promise.all([
    session.query({ text: 'begin' }),
    session.query<BegunCommit['head']>(lockCounter),
    session.query<CommitRow>(selectCommits, [afterNumber]),
    keys.length === 0 ? { rows: [] } : session.query<Selectable<AnsweredRequestsTable>>(selectAnswered, [keys]),
  ]);
  const [head] = counter.rows;
  if (head === undefined)
    throw new Error('reading the last sequence number: its row is missing; restore the database from a backup');
  return { head, commits: commits.rows, answered: answered.rows };
}

/** What a transaction has come to when nothing but its COMMIT is missing. */
export type PreparedCommit =
  | {
      readonly ok: true;
      readonly sequences: readonly (readonly number[])[];
      readonly noteSequences: readonly number[];
      /** The number of the last event by then. */
      readonly lastSequence: number;
    }
  | { readonly ok: false; readonly nodeIds: readonly string[] };

/** What tells this commit from all others. */
export interface CommitName {
  /** Whoever finds it knows that the commit was made. */
  readonly id: string;
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Writes everything into the transaction. Nothing of it lasts unless COMMIT follows.
 * @throws What `PostgresSession.query` throws; the transaction is to be rolled back then.
 */
export async function writeCommit(
  session: PostgresSession,
  { head }: Pick<BegunCommit, 'head'>,
  rows: CommitRows,
  name: CommitName,
): Promise<PreparedCommit> {
  const chain = new EventChain(head.last_sequence, head.last_hash);
  const events = rows.events.map((event) => {
    const { node_id: nodeId, kind, at, actor, body: bodyText } = event;
    const { sequence, previousHash } = chain.add({ nodeId, kind, at, actor, bodyText });
    return { sequence, ...event, previous_hash: previousHash };
  });
  const [stored] = await Promise.all([
    session.query<{ node_id: string; revision: number }>(selectRevisions, [rows.nodeIds]),
    session.query(writeStatement, [
      rows.nodes,
      rows.newNodeIds,
      rows.forgottenNodeIds,
      JSON.stringify(events),
      rows.operations,
      rows.answered,
      chain.head,
      chain.lastSequence,
      name.id,
      rows.tokens,
      rows.webhooks,
      rows.removedWebhookIds,
      rows.budgets,
      rows.removedBudgetNames,
      rows.slots,
      rows.freedSlotIds,
      rows.rollouts,
      rows.rolloutNodes,
      name.number,
      head.last_commit_id,
      name.at,
      rows.changed,
    ]),
  ]);
  // What was written on top of another revision is rolled back.
  const revisions = new Map(stored.rows.map(({ node_id, revision }) => [node_id, revision]));
  const conflicts = conflictingNodes(rows, revisions);
  if (conflicts.length > 0) return { ok: false, nodeIds: conflicts };
  let sequence = head.last_sequence;
  const next = (count: number) => Array.from({ length: count }, () => (sequence += 1));
  return {
    ok: true,
    sequences: rows.eventCounts.map(next),
    noteSequences: next(rows.noteCount),
    lastSequence: chain.lastSequence,
  };
}

/** All of them, in the order of the changes. */
function conflictingNodes(rows: CommitRows, revisions: ReadonlyMap<string, number>): readonly string[] {
  return rows.nodeIds.filter(
    (nodeId) => rows.inconsistent.has(nodeId) || (revisions.get(nodeId) ?? null) !== rows.expected.get(nodeId),
  );
}

const lockCounter: Statement = {
  name: 'sluice-lock-counter',
  text: 'select last_sequence, last_hash, last_commit_id from event_sequence for update',
};

const selectAnswered: Statement = {
  name: 'sluice-select-answered',
  text: 'select key, fingerprint, operation_id, answered_at from answered_requests where key = any($1::text[])',
};

const selectRevisions: Statement = {
  name: 'sluice-select-revisions',
  text: 'select node_id, revision from nodes where node_id = any($1::text[]) for update',
};
