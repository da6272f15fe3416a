/** The part of the store's suite about rollouts: their headers, the rows of their nodes, and how both go. */
import { describe, expect, test } from 'vitest';
import type { RolloutChange, StoredRollout, StoredRolloutNode } from './rollout-store.ts';
import type { OpenedForTest } from './store-suite.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeRollouts(opened: () => OpenedForTest): void {
  describe('rollouts', () => {
    const rollout = (id: string, parts: Partial<StoredRollout> = {}): StoredRollout => ({
      id,
      status: 'running',
      createdAt: 1_800_000_000_000,
      endedAt: null,
      body: { id, spec: { name: 'Wartung 維護 😀' } },
      ...parts,
    });
    const node = (position: number, status = 'pending'): StoredRolloutNode => ({
      position,
      nodeId: `节点/${position}`,
      status,
      body: { position, detail: null },
    });
    const commit = (...rollouts: readonly RolloutChange[]) => opened().store.commit([], [], { rollouts });

    test('are kept in the commit of their notes, and a reopened store has them', async () => {
      const { store } = opened();
      const notes = [{ nodeId: '', event: { kind: 'RolloutStarted', at: 5, body: {} } }];
      const rollouts = [{ rollout: rollout('ro_a'), nodes: [node(1), node(2)] }];
      expect(await store.commit([], [], { rollouts, notes })).toMatchObject({ noteSequences: [1] });
      const reopened = await opened().reopen();
      expect(await reopened.rollouts.unended()).toEqual([rollout('ro_a')]);
      expect(await reopened.rollouts.get('ro_a')).toEqual(rollout('ro_a'));
      expect(await reopened.rollouts.get('ro_A')).toBeNull();
      expect(await reopened.rollouts.get('\0')).toBeNull();
      expect(await reopened.rollouts.nodes('ro_a', { limit: 10 })).toEqual([node(1), node(2)]);
    });

    test('are replaced wholly, and of their nodes those that changed', async () => {
      const { store } = opened();
      await commit({ rollout: rollout('ro_a'), nodes: [node(1), node(2), node(3)] });
      const ended = rollout('ro_a', { status: 'failed', endedAt: 1_800_000_000_009, body: { error: 'x' } });
      await commit({ rollout: ended, nodes: [{ ...node(2, 'failed'), body: { detail: 'y' } }] });
      expect(await store.rollouts.get('ro_a')).toEqual(ended);
      expect(await store.rollouts.unended()).toEqual([]);
      expect(await store.rollouts.nodes('ro_a', { limit: 10 })).toEqual([
        node(1),
        { ...node(2, 'failed'), body: { detail: 'y' } },
        node(3),
      ]);
    });

    test('are not written by a commit that is refused', async () => {
      const { store } = opened();
      const conflicting = { nodeId: 'a', expectedRevision: 3, revision: 4, state: {}, events: [], operations: [] };
      const rollouts = [{ rollout: rollout('ro_a'), nodes: [node(1)] }];
      expect(await store.commit([conflicting], [], { rollouts })).toMatchObject({ ok: false });
      expect(await store.rollouts.get('ro_a')).toBeNull();
      expect(await store.rollouts.nodes('ro_a', { limit: 10 })).toEqual([]);
    });

    test('are listed newest first, page by page and by status', async () => {
      const { rollouts } = opened().store;
      const all = [
        rollout('ro_d', { createdAt: 4, status: 'succeeded', endedAt: 9 }),
        rollout('ro_c', { createdAt: 3 }),
        rollout('ro_b', { createdAt: 3, status: 'paused' }),
        rollout('ro_a', { createdAt: 1, status: 'succeeded', endedAt: 5 }),
      ];
      await commit(...all.toReversed().map((each) => ({ rollout: each, nodes: [] })));
      expect(await rollouts.list({ limit: 10 })).toEqual(all);
      expect(await rollouts.list({ limit: 2 })).toEqual(all.slice(0, 2));
      expect(await rollouts.list({ limit: 2, cursor: { createdAt: 3, id: 'ro_c' } })).toEqual(all.slice(2));
      expect(await rollouts.list({ limit: 10, statuses: ['succeeded'] })).toEqual([all[0], all[3]]);
      expect(await rollouts.list({ limit: 10, statuses: [] })).toEqual([]);
      expect((await rollouts.unended()).map(({ id }) => id)).toEqual(['ro_b', 'ro_c']);
    });

    test('have their nodes in the order of their positions, page by page and by status', async () => {
      const { rollouts } = opened().store;
      const nodes = Array.from({ length: 12 }, (_, index) =>
        node(index + 1, index % 2 === 0 ? 'succeeded' : 'pending'),
      );
      await commit(
        { rollout: rollout('ro_a'), nodes: nodes.toReversed() },
        { rollout: rollout('ro_b'), nodes: [node(1)] },
      );
      const positions = async (query: Parameters<typeof rollouts.nodes>[1]) =>
        (await rollouts.nodes('ro_a', query)).map(({ position }) => position);
      expect(await positions({ limit: 100 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(await positions({ limit: 3, after: 9 })).toEqual([10, 11, 12]);
      expect(await positions({ limit: 2, after: 2, statuses: ['pending'] })).toEqual([4, 6]);
      expect(await positions({ limit: 2, statuses: [] })).toEqual([]);
      expect(await rollouts.nodes('ro_c', { limit: 1 })).toEqual([]);
    });

    test('go when they ended long ago, a few rows at a time, and with all of their nodes', async () => {
      const { rollouts } = opened().store;
      const old = rollout('ro_a', { status: 'succeeded', endedAt: 100 });
      const young = rollout('ro_b', { status: 'succeeded', endedAt: 200 });
      const running = rollout('ro_c', { createdAt: 1 });
      for (const each of [old, young, running]) await commit({ rollout: each, nodes: [node(1), node(2), node(3)] });
      expect(await rollouts.prune(200, 2)).toBe(2);
      expect(await rollouts.get('ro_a')).toEqual(old);
      expect(await rollouts.prune(200, 2)).toBe(2);
      expect(await rollouts.prune(200, 2)).toBe(0);
      expect((await rollouts.list({ limit: 10 })).map(({ id }) => id)).toEqual(['ro_b', 'ro_c']);
      expect(await rollouts.nodes('ro_a', { limit: 10 })).toEqual([]);
      expect(await rollouts.nodes('ro_b', { limit: 10 })).toHaveLength(3);
    });
  });
}
