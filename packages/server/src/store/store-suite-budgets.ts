/** The part of the store's suite about budgets, and slots in them. */
import { describe, expect, test } from 'vitest';
import type { StoredBudget, StoredSlot } from './budget-store.ts';
import type { OpenedForTest } from './store-suite.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeBudgets(opened: () => OpenedForTest): void {
  describe('budgets', () => {
    const budget: StoredBudget = {
      name: 'lobby',
      selector: 'game=chess,zone in (a,b)',
      maxUnavailable: '25%',
      description: 'die Lobby 大厅',
      createdBy: 'bob',
      createdAt: 1_800_000_000_000,
      updatedAt: 1_800_000_000_000,
      revision: 1,
    };
    const all: StoredBudget = { ...budget, name: 'all', selector: null, maxUnavailable: 3, description: null };
    const slot: StoredSlot = {
      groupName: 'lobby',
      holderId: '机器/😀',
      takenAt: 1_800_000_000_000,
      takenBy: 'zincati',
      nodeId: 'n1',
    };
    const other: StoredSlot = { ...slot, groupName: 'all', holderId: 'a', nodeId: null };
    const set = (budgets: readonly StoredBudget[]) => budgets.map((each) => ({ name: each.name, budget: each }));
    const taken = (slots: readonly StoredSlot[]) =>
      slots.map((each) => ({ groupName: each.groupName, holderId: each.holderId, slot: each }));

    test('are kept, replaced and removed in the commit of their notes, by name', async () => {
      const { store } = opened();
      await store.commit([], [], { budgets: set([budget, all]) });
      const changed: StoredBudget = { ...budget, selector: null, maxUnavailable: 0, updatedAt: 5, revision: 2 };
      const notes = [{ nodeId: '', event: { kind: 'BudgetSet', at: 5, body: {} } }];
      expect(await store.commit([], [], { budgets: set([changed]), notes })).toMatchObject({ noteSequences: [1] });
      const reopened = await opened().reopen();
      expect(await reopened.budgets.all()).toEqual([all, changed]);
      await reopened.commit([], [], { budgets: [{ name: 'all', budget: null }] });
      expect(await reopened.budgets.all()).toEqual([changed]);
    });

    test('have slots, each holder one in each group', async () => {
      const { store } = opened();
      await store.commit([], [], { budgets: set([budget, all]), slots: taken([slot, other]) });
      await store.commit([], [], { slots: taken([{ ...slot, takenAt: 7, nodeId: null }]) });
      const reopened = await opened().reopen();
      expect(await reopened.budgets.slots()).toEqual([other, { ...slot, takenAt: 7, nodeId: null }]);
      const { groupName, holderId } = slot;
      await reopened.commit([], [], { slots: [{ groupName, holderId, slot: null }] });
      expect(await reopened.budgets.slots()).toEqual([other]);
    });

    test('are not written by a commit that is refused', async () => {
      const { store } = opened();
      const conflicting = { nodeId: 'a', expectedRevision: 3, revision: 4, state: {}, events: [], operations: [] };
      const beside = { budgets: set([budget]), slots: taken([slot]) };
      expect(await store.commit([conflicting], [], beside)).toMatchObject({ ok: false });
      expect(await store.budgets.all()).toEqual([]);
      expect(await store.budgets.slots()).toEqual([]);
    });
  });
}
