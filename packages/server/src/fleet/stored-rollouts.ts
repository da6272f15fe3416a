/** Rollouts as documents of the store, and back. */
import {
  batchesOf,
  changedNodes,
  isEnded,
  type RolloutBatch,
  type RolloutCounts,
  type RolloutHeader,
  type RolloutNodeState,
  rolloutOf,
  type RolloutState,
} from '@sluice/core';
import type { RolloutChange, RolloutStore, StoredRollout, StoredRolloutNode } from '../store/rollout-store.ts';

/** Rows that are read at once. */
const ROWS_AT_A_TIME = 5000;

/** A change of a rollout: what memory takes over, and what the store is to write. */
export interface DecidedRollout extends RolloutChange {
  readonly state: RolloutState;
}

/** A rollout without its nodes, which are many. */
export interface RolloutSummary {
  readonly header: RolloutHeader;
  readonly counts: RolloutCounts;
  /** `null`: it has not ended; they follow from its nodes. */
  readonly batches: readonly RolloutBatch[] | null;
}

/** @param before `null`: it is new. */
export function decidedRollout(before: RolloutState | null, after: RolloutState): DecidedRollout {
  const { header } = after;
  const { id, status, createdAt, endedAt } = header;
  const summary = summaryOf(after);
  return {
    state: after,
    rollout: { id, status, createdAt, endedAt, body: { ...summary } },
    nodes: changedNodes(before, after).map((node) => ({
      position: node.position,
      nodeId: node.nodeId,
      status: node.status,
      body: { ...node },
    })),
  };
}

export function summaryOf(state: RolloutState): RolloutSummary {
  const { header, counts } = state;
  // Once it has ended nothing changes any more: whoever looks back need not read thousands of nodes.
  return { header, counts, batches: isEnded(header) ? batchesOf(state) : null };
}

/** @throws when the document is no rollout of this version. */
export function readSummary({ id, body }: StoredRollout): RolloutSummary {
  if (!isSummary(body) || body.header.id !== id)
    throw new Error(`reading rollout ${id}: the store holds a document that is no rollout of this version`);
  return body;
}

/** @throws when the document is no node of a rollout. */
export function readRolloutNode({ body, position }: StoredRolloutNode): RolloutNodeState {
  if (!isRolloutNode(body) || body.position !== position)
    throw new Error(`reading a node of a rollout: the store holds a document that is none, at position ${position}`);
  return body;
}

/** Those that have not ended. */
export async function readUnended(store: RolloutStore): Promise<readonly RolloutState[]> {
  const rollouts: RolloutState[] = [];
  for (const stored of await store.unended()) rollouts.push(await readRollout(store, stored));
  return rollouts;
}

/** A whole rollout, as the store has it. */
export async function readRollout(store: RolloutStore, stored: StoredRollout): Promise<RolloutState> {
  const { header } = readSummary(stored);
  const nodes: RolloutNodeState[] = [];
  for (;;) {
    const rows = await store.nodes(stored.id, { after: nodes.length, limit: ROWS_AT_A_TIME });
    for (const row of rows) nodes.push(readRolloutNode(row));
    if (rows.length < ROWS_AT_A_TIME) return rolloutOf(header, nodes);
  }
}

/**
 * A rollout after a change of it.
 * @param before `undefined`: the change has all of its nodes.
 */
export function rolloutAfter(before: RolloutState | undefined, { rollout, nodes }: RolloutChange): RolloutState {
  const all = [...(before?.nodes ?? [])];
  for (const node of nodes.map(readRolloutNode)) all[node.position - 1] = node;
  return rolloutOf(readSummary(rollout).header, all);
}

/** The store keeps what this very program wrote; the checks find a document of another kind or version, not a forger. */
function isSummary(value: unknown): value is RolloutSummary {
  if (!isObject(value) || !isObject(value['header']) || !isObject(value['counts'])) return false;
  const { header } = value;
  return typeof header['id'] === 'string' && isObject(header['spec']) && typeof header['revision'] === 'number';
}

function isRolloutNode(value: unknown): value is RolloutNodeState {
  return (
    isObject(value) &&
    typeof value['nodeId'] === 'string' &&
    typeof value['position'] === 'number' &&
    typeof value['attempt'] === 'number' &&
    Array.isArray(value['operationIds'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
