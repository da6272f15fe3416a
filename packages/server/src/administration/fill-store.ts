/** Fills a store for the tests of backup and export: every table has rows, with every kind of text and number that a row may hold. */
import { tokenOf } from '../fleet/token.ts';
import type { StoredBudget, StoredSlot } from '../store/budget-store.ts';
import { change, commitOrFail } from '../store/store-suite-rows.ts';
import type { Store } from '../store/store.ts';

/** Nodes, each with one event and one operation. */
export const NODES = 1234;

/** Order by code point, not by any language; characters outside the first plane; what JSON escapes. */
const ODD_IDS = ['Ä', 'a', 'Z', 'z"\\', 'ß', '節點', '🎮', ' space ', '\u00e9', 'e\u0301', "quote'"];

export const BUDGET: StoredBudget = {
  name: 'lobby',
  selector: 'game=chess,zone in (a,b)',
  maxUnavailable: '25%',
  description: "quote' 🎮",
  createdBy: 'bob',
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_000_001,
  revision: 2,
};
export const SLOT: StoredSlot = {
  groupName: 'lobby',
  holderId: '節點',
  takenAt: 2 ** 53 - 1,
  takenBy: 'z"\\',
  nodeId: null,
};

export async function fillStore(store: Store): Promise<void> {
  const ids = Array.from({ length: NODES }, (_, index) => ODD_IDS[index] ?? `node-${index}`);
  const changes = ids.map((id, index) =>
    change(id, null, index + 1, {
      state: { id, nested: { lone: '\ud800', nul: '\u0000', line: '\n\r\u2028', large: 2 ** 53 - 1 }, index },
      kinds: ['NodeRegistered'],
      operationIds: [`op_${index}`],
    }),
  );
  await commitOrFail(store, changes);
  await store.commit(
    [change('a', 2, 3, { kinds: ['NodeChanged'] })],
    [{ key: 'admin key', fingerprint: 'f'.repeat(64), operationId: 'op_1', answeredAt: 1_700_000_000_000 }],
  );
  await store.recordLastSeen([{ nodeId: '🎮', lastSeenAt: 1_700_000_000_123 }]);
  const pipeline = tokenOf({
    id: 'token-1',
    kind: 'api',
    name: 'the pipeline',
    hash: 'a'.repeat(64),
    role: 'operator',
    createdAt: 1,
    expiresAt: 2,
  });
  const agents = tokenOf({
    id: 'token-2',
    kind: 'join',
    name: 'agents',
    hash: 'b'.repeat(64),
    createdAt: 1,
    revokedAt: 3,
    usesMax: 5,
    uses: 2,
  });
  await store.commit([], [], {
    tokens: [pipeline, agents],
    budgets: [{ name: BUDGET.name, budget: BUDGET }],
    slots: [{ groupName: SLOT.groupName, holderId: SLOT.holderId, slot: SLOT }],
  });
  const rollout = { id: 'ro_1', status: 'running', createdAt: 1, endedAt: null, body: { spec: { reason: '維護' } } };
  const rolloutNodes = ODD_IDS.map((nodeId, index) => ({ position: index + 1, nodeId, status: 'pending', body: {} }));
  await store.commit([], [], { rollouts: [{ rollout, nodes: rolloutNodes }] });
  await store.recordTokenUses([{ tokenId: 'token-1', lastUsedAt: 1_700_000_000_456 }]);
}
