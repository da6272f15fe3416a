/** Rows for the store's suite: changes in which only what the test is about is written out. */
import type { Document, NodeChange, Store, StoredNode, StoredOperation } from './store.ts';

/** Epoch milliseconds at which everything in the suite happens unless a test says otherwise. */
export const NOON_AT = 1_800_000_000_000;

interface ChangeParts {
  readonly state?: Document | null;
  /** One event for each. */
  readonly kinds?: readonly string[];
  /** One queued operation for each. */
  readonly operationIds?: readonly string[];
}

/** A change of a node. */
export function change(
  nodeId: string,
  expectedRevision: number | null,
  revision: number,
  parts: ChangeParts = {},
): NodeChange {
  return {
    nodeId,
    expectedRevision,
    revision,
    state: parts.state === undefined ? { revision } : parts.state,
    events: (parts.kinds ?? []).map((kind, index) => ({ kind, at: NOON_AT + index, body: { kind, index } })),
    operations: (parts.operationIds ?? []).map((id) => operation({ id, nodeId })),
  };
}

/** A queued drain of the node `a`, except for what is given. */
export function operation(parts: Partial<StoredOperation> & { readonly id: string }): StoredOperation {
  return { nodeId: 'a', command: 'drain', status: 'queued', createdAt: NOON_AT, endedAt: null, body: {}, ...parts };
}

/** The sequence numbers of a commit that must succeed. */
export async function commitOrFail(
  store: Store,
  changes: readonly NodeChange[],
): Promise<readonly (readonly number[])[]> {
  const outcome = await store.commit(changes);
  if (!outcome.ok) throw new Error(`the commit was refused: ${JSON.stringify(outcome)}`);
  return outcome.sequences;
}

/** All nodes by id. */
export async function fleetById(store: Store): Promise<Readonly<Record<string, StoredNode>>> {
  const { nodes } = await store.load();
  return Object.fromEntries(nodes.map((node) => [node.nodeId, node]));
}
