/** What every store must do, whatever it is made of: run by each implementation's tests, unchanged. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentFromText } from './document-text.ts';
import { describeAccess } from './store-suite-access.ts';
import { describeChain } from './store-suite-chain.ts';
import { describeHistory } from './store-suite-history.ts';
import { describeLogins } from './store-suite-logins.ts';
import { describeRetention } from './store-suite-retention.ts';
import { describeBudgets } from './store-suite-budgets.ts';
import { describeRollouts } from './store-suite-rollouts.ts';
import { describeWebhooks } from './store-suite-webhooks.ts';
import { change, commitOrFail, fleetById } from './store-suite-rows.ts';
import type { Store } from './store.ts';

/** A new and empty store for one test. */
export interface OpenedForTest {
  readonly store: Store;
  /** Closes the store, if need be, and opens what it left behind, as a new process would. */
  reopen(): Promise<Store>;
  /** Closes it and removes all of it. */
  destroy(): Promise<void>;
}

/** The suite. `open` is called once for each test. */
export function describeStore(name: string, open: () => Promise<OpenedForTest>): void {
  describe(`store: ${name}`, () => {
    let opened: OpenedForTest;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.destroy());

    test('a new store is empty', async () => {
      expect(await store.load()).toEqual({ nodes: [], lastSequence: 0 });
      expect(await store.events({ limit: 10 })).toEqual([]);
      expect(await store.operations({ limit: 10 })).toEqual([]);
      expect(await store.operation('op_none')).toBeNull();
      expect(await store.tokens()).toEqual([]);
    });

    describe('commit', () => {
      test('keeps nodes, and a reopened store has them', async () => {
        await commitOrFail(store, [
          change('a', null, 1, { state: { name: 'first' } }),
          change('b', null, 7, { state: { name: 'second' } }),
        ]);
        const reopened = await opened.reopen();
        expect(await fleetById(reopened)).toEqual({
          a: { nodeId: 'a', revision: 1, lastSeenAt: null, state: { name: 'first' } },
          b: { nodeId: 'b', revision: 7, lastSeenAt: null, state: { name: 'second' } },
        });
      });

      test('replaces the whole state of a node', async () => {
        await commitOrFail(store, [change('a', null, 1, { state: { name: 'first', load: 3 } })]);
        await commitOrFail(store, [change('a', 1, 2, { state: { name: 'changed' } })]);
        expect(await fleetById(store)).toMatchObject({ a: { revision: 2, state: { name: 'changed' } } });
        expect((await fleetById(store))['a']?.state).toEqual({ name: 'changed' });
      });

      test('forgets a node, and takes it as a new one afterwards', async () => {
        await commitOrFail(store, [change('a', null, 1), change('b', null, 1)]);
        await store.recordLastSeen([{ nodeId: 'a', lastSeenAt: 1000 }]);
        await commitOrFail(store, [change('a', 1, 2, { state: null })]);
        expect(Object.keys(await fleetById(store))).toEqual(['b']);
        await commitOrFail(store, [change('a', null, 1)]);
        expect((await fleetById(store))['a']).toMatchObject({ revision: 1, lastSeenAt: null });
      });

      test('nothing at all is a commit, too', async () => {
        expect(await store.commit([])).toEqual({ ok: true, sequences: [], noteSequences: [] });
      });

      test('checks each change of a node against the one before it', async () => {
        await commitOrFail(store, [
          change('a', null, 1),
          change('a', 1, 2),
          change('a', 2, 3, { state: { last: true } }),
        ]);
        expect((await fleetById(store))['a']).toMatchObject({ revision: 3, state: { last: true } });
        expect(await store.commit([change('a', 3, 4), change('a', 3, 4)])).toEqual({
          ok: false,
          code: 'revision-conflict',
          nodeIds: ['a'],
        });
        await commitOrFail(store, [change('a', 3, 4, { state: null }), change('a', null, 1)]);
        expect((await fleetById(store))['a']).toMatchObject({ revision: 1 });
      });

      test('writes a thousand changes in one go', async () => {
        const ids = Array.from({ length: 1000 }, (_, index) => `node-${index}`);
        const first = await commitOrFail(
          store,
          ids.map((id) => change(id, null, 1, { kinds: ['NodeRegistered'] })),
        );
        expect(first).toEqual(ids.map((_, index) => [index + 1]));
        await commitOrFail(
          store,
          ids.map((id) => change(id, 1, 2, { kinds: ['NodeChanged'] })),
        );
        const { nodes, lastSequence } = await store.load();
        expect(nodes).toHaveLength(1000);
        expect(new Set(nodes.map((node) => node.revision))).toEqual(new Set([2]));
        expect(lastSequence).toBe(2000);
      });

      test('commits that are asked for together are each whole, and every one is numbered', async () => {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            commitOrFail(store, [change(`n${index}`, null, 1, { kinds: ['A', 'B'] })]),
          ),
        );
        const numbers = outcomes.flat(2).toSorted((one, other) => one - other);
        expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
      });
    });

    describe('a revision conflict', () => {
      beforeEach(() => commitOrFail(store, [change('a', null, 5), change('b', null, 5), change('c', null, 5)]));

      test.each([
        { rule: 'an older revision', nodeId: 'a', expectedRevision: 4 },
        { rule: 'a newer revision', nodeId: 'a', expectedRevision: 6 },
        { rule: 'a new node that exists', nodeId: 'a', expectedRevision: null },
        { rule: 'a known node that does not exist', nodeId: 'x', expectedRevision: 1 },
      ])('is $rule', async ({ nodeId, expectedRevision }) => {
        expect(await store.commit([change(nodeId, expectedRevision, 9)])).toEqual({
          ok: false,
          code: 'revision-conflict',
          nodeIds: [nodeId],
        });
        expect(await store.commit([change(nodeId, expectedRevision, 9, { state: null })])).toMatchObject({ ok: false });
      });

      test('names every node concerned and undoes all of the commit', async () => {
        const before = await store.load();
        const outcome = await store.commit([
          change('new', null, 1, { kinds: ['NodeRegistered'], operationIds: ['op_1'] }),
          change('a', 4, 6),
          change('b', 5, 6, { kinds: ['NodeChanged'] }),
          change('c', 1, 6, { state: null }),
        ]);
        expect(outcome).toEqual({ ok: false, code: 'revision-conflict', nodeIds: ['a', 'c'] });
        expect(await store.load()).toEqual(before);
        expect(await store.events({ limit: 10 })).toEqual([]);
        expect(await store.operation('op_1')).toBeNull();
        expect(await commitOrFail(store, [change('b', 5, 6, { kinds: ['NodeChanged'] })])).toEqual([[1]]);
      });
    });

    describe('documents', () => {
      const texts: readonly { readonly what: string; readonly text: string }[] = [
        {
          what: 'other scripts, emoji, quotes and control characters',
          text: '{"节点":"a\\u0000\\u001f\\"\\\\\\n😀é\\u2028"}',
        },
        { what: 'lone surrogates', text: '{"high":"\\ud800","low\\udfff":"x\\udc00y"}' },
        {
          what: 'keys that objects have by nature',
          text: '{"__proto__":{"admin":true},"constructor":1,"toString":null}',
        },
        {
          what: 'numbers at the edges',
          text: '{"large":9007199254740991,"small":5e-324,"huge":1.7976931348623157e+308}',
        },
        { what: 'nothing and nesting', text: '{"":[[],{},[null,false,{"a":[{}]}]]}' },
      ];
      test.each(texts)('keep $what', async ({ text }) => {
        const document = documentFromText(text, 'a document of the suite');
        await commitOrFail(store, [
          {
            nodeId: '节点/😀',
            expectedRevision: null,
            revision: 1,
            state: document,
            events: [{ kind: 'NodeRegistered', at: 1, body: document }],
            operations: [
              {
                id: 'op_1',
                nodeId: '节点/😀',
                command: 'x',
                status: 'queued',
                createdAt: 1,
                endedAt: null,
                body: document,
              },
            ],
          },
        ]);
        const reopened = await opened.reopen();
        const { nodes } = await reopened.load();
        const [event] = await reopened.events({ nodeId: '节点/😀', limit: 1 });
        const operation = await reopened.operation('op_1');
        // Compared as text: `toEqual` does not see a key named `__proto__`.
        expect(nodes.map((node) => JSON.stringify(node.state))).toEqual([JSON.stringify(document)]);
        expect(JSON.stringify(event?.body)).toBe(JSON.stringify(document));
        expect(JSON.stringify(operation?.body)).toBe(JSON.stringify(document));
      });

      test('of a megabyte are kept', async () => {
        const state = { output: 'é'.repeat(1_000_000) };
        await commitOrFail(store, [change('a', null, 1, { state })]);
        expect((await fleetById(store))['a']?.state).toEqual(state);
      });

      test('that JSON cannot say are refused, and nothing of the commit is kept', async () => {
        const impossible = { count: 1n };
        await expect(
          store.commit([
            change('a', null, 1, { kinds: ['NodeRegistered'] }),
            change('b', null, 1, { state: impossible }),
          ]),
        ).rejects.toThrow('committing changes');
        expect(await store.load()).toEqual({ nodes: [], lastSequence: 0 });
        await commitOrFail(store, [change('a', null, 1)]);
      });
    });

    describe('last seen', () => {
      test('is kept, never goes back, and passes unknown nodes over', async () => {
        await commitOrFail(store, [change('a', null, 1), change('b', null, 1), change('c', null, 1)]);
        await store.recordLastSeen([
          { nodeId: 'a', lastSeenAt: 1_800_000_000_000 },
          { nodeId: 'gone', lastSeenAt: 1_800_000_000_000 },
          { nodeId: 'b', lastSeenAt: 1_800_000_000_500 },
        ]);
        await store.recordLastSeen([
          { nodeId: 'a', lastSeenAt: 1_700_000_000_000 },
          { nodeId: 'b', lastSeenAt: 1_800_000_000_900 },
        ]);
        await store.recordLastSeen([]);
        await commitOrFail(store, [change('a', 1, 2), change('gone', null, 1)]);
        const reopened = await opened.reopen();
        expect(await fleetById(reopened)).toMatchObject({
          a: { revision: 2, lastSeenAt: 1_800_000_000_000 },
          b: { revision: 1, lastSeenAt: 1_800_000_000_900 },
          c: { lastSeenAt: null },
          gone: { lastSeenAt: null },
        });
      });
    });

    test('when thousands were last seen is noted at once', async () => {
      const ids = Array.from({ length: 2500 }, (_, index) => `n${index}`);
      await commitOrFail(
        store,
        ids.map((id) => change(id, null, 1)),
      );
      await store.recordLastSeen(ids.map((nodeId, index) => ({ nodeId, lastSeenAt: 1_800_000_000_000 + index })));
      const { nodes } = await store.load();
      const seen = new Map(nodes.map(({ nodeId, lastSeenAt }) => [nodeId, lastSeenAt]));
      expect(ids.map((id) => seen.get(id))).toEqual(ids.map((_, index) => 1_800_000_000_000 + index));
    });

    test('says how many bytes it takes', async () => {
      const before = await store.bytes();
      expect(before).toBeGreaterThan(0);
      await commitOrFail(store, [
        change('a', null, 1, { state: { numbers: Array.from({ length: 100_000 }, (_, index) => index * 7919) } }),
      ]);
      expect(await store.bytes()).toBeGreaterThan(before + 100_000);
    });

    test('a closed store refuses every verb, and closes twice without harm', async () => {
      await store.close();
      await store.close();
      await expect(store.load()).rejects.toThrow(/./u);
      await expect(store.commit([change('a', null, 1)])).rejects.toThrow(/./u);
      await expect(store.events({ limit: 1 })).rejects.toThrow(/./u);
      await expect(store.recordLastSeen([{ nodeId: 'a', lastSeenAt: 1 }])).rejects.toThrow(/./u);
      await expect(store.tokens()).rejects.toThrow(/./u);
      await expect(store.bytes()).rejects.toThrow(/./u);
      await expect(store.webhooks.all()).rejects.toThrow(/./u);
      await expect(store.budgets.all()).rejects.toThrow(/./u);
    });

    describeHistory(() => opened);
    describeRetention(() => opened);
    describeAccess(() => opened);
    describeChain(() => opened);
    describeWebhooks(() => opened);
    describeBudgets(() => opened);
    describeRollouts(() => opened);

    describeLogins(() => opened);
  });
}
