/** The part of the store's suite about who may do what, and about events that change no node. */
import { describe, expect, test } from 'vitest';
import { tokenOf } from '../fleet/token.ts';
import { change } from './store-suite-rows.ts';
import type { OpenedForTest } from './store-suite.ts';
import type { StoredToken } from './store.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeAccess(opened: () => OpenedForTest): void {
  describe('tokens', () => {
    const admin: StoredToken = tokenOf({
      id: 'tok_b',
      kind: 'api',
      name: 'Erste Verwalterin 管理员',
      hash: 'ab'.repeat(32),
      role: 'admin',
      createdAt: 1_800_000_000_000,
      selector: 'game=chess',
      createdBy: 'bob',
    });
    const join: StoredToken = {
      ...admin,
      id: 'tok_a',
      kind: 'join',
      role: null,
      createdAt: 1,
      selector: null,
      nodeType: 'game-server',
      usesMax: 3,
      uses: 1,
      expiresAt: 1_900_000_000_000,
    };

    test('are kept, oldest first', async () => {
      const { store } = opened();
      await store.commit([], [], { tokens: [admin, join] });
      expect(await (await opened().reopen()).tokens()).toEqual([join, admin]);
    });

    test('are replaced by id', async () => {
      const { store } = opened();
      await store.commit([], [], { tokens: [admin, join] });
      await store.recordTokenUses([{ tokenId: admin.id, lastUsedAt: 1_800_000_000_009 }]);
      const revoked: StoredToken = { ...admin, name: 'old', role: 'viewer', revokedAt: 1_800_000_000_001 };
      await store.commit([], [], { tokens: [revoked] });
      expect(await store.tokens()).toEqual([join, { ...revoked, lastUsedAt: 1_800_000_000_009 }]);
    });

    test('know when they were last used, and a time never goes back', async () => {
      const { store } = opened();
      await store.commit([], [], { tokens: [admin, join] });
      await store.recordTokenUses([
        { tokenId: admin.id, lastUsedAt: 20 },
        { tokenId: 'nobody', lastUsedAt: 20 },
      ]);
      await store.recordTokenUses([{ tokenId: admin.id, lastUsedAt: 10 }]);
      expect(await store.tokens()).toEqual([join, { ...admin, lastUsedAt: 20 }]);
    });

    test('go when they have been of no use for long', async () => {
      const { store } = opened();
      await store.commit([], [], { tokens: [admin, { ...join, expiresAt: 100 }] });
      await store.pruneTokens(100);
      expect(await store.tokens()).toHaveLength(2);
      await store.pruneTokens(101);
      expect(await store.tokens()).toEqual([admin]);
    });
  });

  describe('notes', () => {
    test('are events after those of the nodes, about a node or none, in the same transaction', async () => {
      const { store } = opened();
      const noted = { kind: 'RequestRefused', at: 5, body: { code: 'forbidden' } };
      const notes = [
        { nodeId: '', event: noted },
        { nodeId: 'a', event: noted },
      ];
      expect(await store.commit([change('a', null, 1, { kinds: ['NodeRegistered'] })], [], { notes })).toEqual({
        ok: true,
        sequences: [[1]],
        noteSequences: [2, 3],
      });
      expect(await store.commit([change('a', 7, 8)], [], { notes })).toMatchObject({ ok: false });
      expect(await store.events({ limit: 10, after: 1 })).toEqual([
        { sequence: 2, nodeId: '', ...noted },
        { sequence: 3, nodeId: 'a', ...noted },
      ]);
    });
  });
}
