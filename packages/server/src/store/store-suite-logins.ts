/** The part of the store's suite about logins: codes that are used once, secrets that all share, and when tokens were last used. */
import { describe, expect, test } from 'vitest';
import { tokenOf } from '../fleet/token.ts';
import type { StoredCode } from './login-store.ts';
import type { OpenedForTest } from './store-suite.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeLogins(opened: () => OpenedForTest): void {
  describe('one-time codes', () => {
    const code: StoredCode = {
      hash: 'ab'.repeat(32),
      purpose: 'login link',
      value: '{"name":"管理员 \\u0000"}',
      expiresAt: 1_800_000_000_000,
    };
    const numbered = (number: number): StoredCode => ({ ...code, hash: `code-${number}`, expiresAt: number });

    test('are kept, looked at as often as one likes, and taken out once', async () => {
      await opened().store.logins.keepCode(code, 10);
      const { logins } = await opened().reopen();
      expect(await logins.code(code.purpose, code.hash)).toEqual(code);
      expect(await logins.code(code.purpose, code.hash)).toEqual(code);
      expect(await logins.takeCode(code.purpose, code.hash)).toEqual(code);
      expect(await logins.takeCode(code.purpose, code.hash)).toBeNull();
      expect(await logins.code(code.purpose, code.hash)).toBeNull();
    });

    test('are nothing for another purpose, and stay', async () => {
      const { logins } = opened().store;
      await logins.keepCode(code, 10);
      expect(await logins.code('another', code.hash)).toBeNull();
      expect(await logins.takeCode('another', code.hash)).toBeNull();
      expect(await logins.takeCode(code.purpose, 'cd'.repeat(32))).toBeNull();
      expect(await logins.takeCode(code.purpose, code.hash)).toEqual(code);
    });

    test('of many who take one at once, one gets it', async () => {
      const { logins } = opened().store;
      for (let round = 0; round < 20; round += 1) {
        await logins.keepCode(code, 10);
        const taken = await Promise.all(Array.from({ length: 8 }, () => logins.takeCode(code.purpose, code.hash)));
        expect(taken.filter((each) => each !== null)).toEqual([code]);
      }
    });

    test('of one purpose those that expire first give way when there are too many', async () => {
      const { logins } = opened().store;
      await logins.keepCode({ ...code, purpose: 'another', expiresAt: 0 }, 3);
      for (const number of [4, 1, 3, 2, 5]) await logins.keepCode(numbered(number), 3);
      const kept = [1, 2, 3, 4, 5].map((number) => logins.code(code.purpose, `code-${number}`));
      expect((await Promise.all(kept)).map((each) => each !== null)).toEqual([false, false, true, true, true]);
      expect(await logins.code('another', code.hash)).not.toBeNull();
    });

    test('go when their time is over', async () => {
      const { logins } = opened().store;
      for (const number of [1, 2, 3]) await logins.keepCode(numbered(number), 10);
      await logins.pruneCodes(3);
      const kept = [1, 2, 3].map((number) => logins.code(code.purpose, `code-${number}`));
      expect((await Promise.all(kept)).map((each) => each !== null)).toEqual([false, false, true]);
    });
  });

  describe('a shared secret', () => {
    test('is that of whoever was first, for all, and after a restart', async () => {
      const { logins } = opened().store;
      const made = Array.from({ length: 8 }, (_, number) => `secret-${number}`);
      const [first = '', ...others] = await Promise.all(made.map((secret) => logins.sharedSecret('logins', secret)));
      expect(made).toContain(first);
      expect(new Set(others)).toEqual(new Set([first]));
      expect(await logins.sharedSecret('another', 'of another name')).toBe('of another name');
      expect(await (await opened().reopen()).logins.sharedSecret('logins', 'too late')).toBe(first);
    });
  });

  test('the uses of tokens since an instant', async () => {
    const { store } = opened();
    const token = (id: string) => tokenOf({ id, kind: 'session', name: id, hash: id, role: 'viewer', createdAt: 1 });
    await store.commit([], [], { tokens: ['a', 'b', 'c'].map(token) });
    await store.recordTokenUses([
      { tokenId: 'a', lastUsedAt: 19 },
      { tokenId: 'b', lastUsedAt: 20 },
    ]);
    expect(await store.logins.usesSince(20)).toEqual([{ tokenId: 'b', lastUsedAt: 20 }]);
    expect(await store.logins.usesSince(0)).toHaveLength(2);
  });
}
