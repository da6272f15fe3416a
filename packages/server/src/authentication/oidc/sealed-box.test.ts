/** Sealed boxes of servers that share a secret: each opens what another sealed, for the same purpose, within its time, and nobody else does. */
import Type from 'typebox';
import { expect, test } from 'vitest';
import { LoginKeys } from '../login-keys.ts';
import { SealedBox } from './sealed-box.ts';

const VALUE = { state: 'a secret of the login' };
let nowMs = 1_000_000;

/** What servers of one store get their keys from; each proposes a secret of its own. */
function newStore() {
  const kept = new Map<string, string>();
  return {
    sharedSecret: (name: string, made: string) => {
      kept.set(name, kept.get(name) ?? made);
      return Promise.resolve(kept.get(name) ?? made);
    },
  };
}

const boxOf = (keys: LoginKeys, purpose = 'login') =>
  new SealedBox({
    schema: Type.Object({ state: Type.String() }),
    purpose,
    keys,
    lifetimeMs: 1000,
    now: () => nowMs,
  });

test('what one server sealed another opens, until its time is over', async () => {
  const store = newStore();
  const [here, there] = [boxOf(await LoginKeys.open(store)), boxOf(await LoginKeys.open(store))];
  const sealed = here.seal(VALUE);
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain(VALUE.state);
  expect(there.open(sealed)).toEqual(VALUE);
  nowMs += 999;
  expect(there.open(sealed)).toEqual(VALUE);
  nowMs += 1;
  expect(there.open(sealed)).toBeNull();
  expect(here.open(sealed)).toBeNull();
});

test('what is changed, of another store or of another purpose does not open', async () => {
  const store = newStore();
  const keys = await LoginKeys.open(store);
  const sealed = boxOf(keys).seal(VALUE);
  const bytes = Buffer.from(sealed, 'base64url');
  for (const place of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(boxOf(keys).open(changed.toString('base64url'))).toBeNull();
  }
  for (const forged of ['', 'AAAA', sealed.slice(0, -4), 'A'.repeat(5000)]) expect(boxOf(keys).open(forged)).toBeNull();
  expect(boxOf(keys, 'another').open(sealed)).toBeNull();
  expect(boxOf(await LoginKeys.open(newStore())).open(sealed)).toBeNull();
});

test('each purpose has a key of its own, the same every time, and none of them is the secret', async () => {
  const secrets: string[] = [];
  const store = newStore();
  const keys = await LoginKeys.open({
    sharedSecret: async (name, made) => {
      const secret = await store.sharedSecret(name, made);
      secrets.push(secret);
      return secret;
    },
  });
  const [one, other] = [keys.keyFor('one').toString('base64url'), keys.keyFor('other').toString('base64url')];
  expect(new Set([one, other, ...secrets]).size).toBe(3);
  expect(one).toMatch(/^[\w-]{43}$/u);
  expect((await LoginKeys.open(store)).keyFor('one').toString('base64url')).toBe(one);
});
