/** The part of the store's suite about what is kept for a time: answered requests, and what `prune` removes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { change, commitOrFail, NOON_AT, operation } from './store-suite-rows.ts';
import type { OpenedForTest } from './store-suite.ts';
import type { AnsweredRequest, PruneRequest } from './store.ts';

/** Nothing has had its time. */
const nothing: PruneRequest = {
  eventsBefore: 0,
  eventsKeptMax: 1_000_000,
  operationsBefore: 0,
  operationsKeptMax: 1_000_000,
  operationsCountedBefore: 0,
  answeredBefore: 0,
  rowsMax: 1000,
};

/** The tests; `opened` gives the store of the running one. */
export function describeRetention(opened: () => OpenedForTest): void {
  describe('answered requests', () => {
    test('are committed with what they did, and a reopened store has them', async () => {
      const { store } = opened();
      const answered = [request('alice/k1'), request('alice/é 节 😀', { operationId: 'op_2' })];
      expect(await store.commit([change('a', null, 1)], answered)).toMatchObject({ ok: true });
      const reopened = await opened().reopen();
      expect(await reopened.answeredRequests(['alice/k1', 'alice/K1', 'bob/k1'])).toEqual([answered[0]]);
      expect(await reopened.answeredRequests(['alice/é 节 😀'])).toEqual([answered[1]]);
      expect(await reopened.answeredRequests([])).toEqual([]);
    });

    test('are committed without any change of a node, too', async () => {
      const { store } = opened();
      expect(await store.commit([], [request('k')])).toEqual({ ok: true, sequences: [], noteSequences: [] });
      expect(await store.answeredRequests(['k'])).toEqual([request('k')]);
    });

    test('with a known key replace it, also within one commit', async () => {
      const { store } = opened();
      await store.commit([], [request('k'), request('k', { operationId: 'op_2' })]);
      expect(await store.answeredRequests(['k'])).toEqual([request('k', { operationId: 'op_2' })]);
      const later = request('k', { operationId: 'op_3', fingerprint: 'cd'.repeat(32), answeredAt: NOON_AT + 1 });
      await store.commit([], [later]);
      expect(await store.answeredRequests(['k'])).toEqual([later]);
    });

    test('of a refused commit are not kept', async () => {
      const { store } = opened();
      expect(await store.commit([change('a', 3, 4)], [request('k')])).toMatchObject({ code: 'revision-conflict' });
      expect(await store.answeredRequests(['k'])).toEqual([]);
    });
  });

  describe('prune', () => {
    beforeEach(async () => {
      const { store } = opened();
      // Five events, at noon and the four milliseconds after.
      await commitOrFail(store, [change('a', null, 1, { kinds: ['A', 'B', 'C', 'D', 'E'] })]);
      await commitOrFail(store, [
        {
          ...change('a', 1, 2),
          operations: [
            operation({ id: 'op_1', createdAt: NOON_AT, status: 'succeeded', endedAt: NOON_AT }),
            operation({ id: 'op_2', createdAt: NOON_AT + 1 }),
            operation({ id: 'op_3', createdAt: NOON_AT + 2, status: 'failed', endedAt: NOON_AT + 2 }),
            operation({ id: 'op_4', createdAt: NOON_AT + 3, status: 'failed', endedAt: NOON_AT + 5 }),
          ],
        },
      ]);
      const operationId = 'op_of_another_node';
      await store.commit([], [request('k1', { operationId }), request('k2', { operationId, answeredAt: NOON_AT + 1 })]);
    });

    const left = async () => {
      const { store } = opened();
      const [events, operations, answered] = await Promise.all([
        store.events({ limit: 10 }),
        store.operations({ limit: 10 }),
        store.answeredRequests(['k1', 'k2']),
      ]);
      return {
        events: events.map(({ sequence }) => sequence),
        operations: operations.map(({ id }) => id).toSorted(),
        answered: answered.map(({ key }) => key).toSorted(),
      };
    };
    const all = { events: [1, 2, 3, 4, 5], operations: ['op_1', 'op_2', 'op_3', 'op_4'], answered: ['k1', 'k2'] };

    const rows: readonly {
      readonly rule: string;
      readonly request: Partial<PruneRequest>;
      readonly expected: object;
    }[] = [
      { rule: 'removes nothing whose time has not come', request: {}, expected: all },
      {
        rule: 'removes events by age, exclusive',
        request: { eventsBefore: NOON_AT + 2 },
        expected: { ...all, events: [3, 4, 5] },
      },
      { rule: 'removes events by number', request: { eventsKeptMax: 2 }, expected: { ...all, events: [4, 5] } },
      { rule: 'removes all events', request: { eventsBefore: NOON_AT + 9 }, expected: { ...all, events: [] } },
      {
        rule: 'removes operations by the age of their end, but none that has not ended',
        request: { operationsBefore: NOON_AT + 4 },
        expected: { ...all, operations: ['op_2', 'op_4'] },
      },
      {
        rule: 'removes operations by number, oldest first',
        request: { operationsKeptMax: 2, operationsCountedBefore: NOON_AT + 9 },
        expected: { ...all, operations: ['op_2', 'op_3', 'op_4'] },
      },
      {
        rule: 'removes no operation for the number alone that is too young for it',
        request: { operationsKeptMax: 0, operationsCountedBefore: NOON_AT + 1 },
        expected: { ...all, operations: ['op_2', 'op_3', 'op_4'] },
      },
      {
        rule: 'removes answered requests by age',
        request: { answeredBefore: NOON_AT + 1 },
        expected: { ...all, answered: ['k2'] },
      },
      {
        rule: 'takes the oldest first when it may take only some',
        request: {
          eventsBefore: NOON_AT + 9,
          operationsBefore: NOON_AT + 9,
          answeredBefore: NOON_AT + 9,
          rowsMax: 1,
        },
        expected: { events: [2, 3, 4, 5], operations: ['op_2', 'op_3', 'op_4'], answered: ['k2'] },
      },
    ];
    test.each(rows)('$rule', async ({ request: asked, expected }) => {
      const before = await left();
      const pruned = await opened().store.prune({ ...nothing, ...asked });
      const after = await left();
      expect(after).toEqual(expected);
      expect(pruned).toEqual({
        events: before.events.length - after.events.length,
        operations: before.operations.length - after.operations.length,
        answered: before.answered.length - after.answered.length,
      });
    });

    test('leaves an operation that an answered request names', async () => {
      const { store } = opened();
      await store.commit([], [request('k3', { operationId: 'op_1' })]);
      await store.prune({ ...nothing, operationsBefore: NOON_AT + 9 });
      expect((await left()).operations).toEqual(['op_1', 'op_2']);
    });

    test('leaves nodes and the numbers of events as they are', async () => {
      const { store } = opened();
      await store.prune({ ...nothing, eventsBefore: NOON_AT + 9 });
      expect((await store.load()).nodes).toHaveLength(1);
      expect(await commitOrFail(store, [change('a', 2, 3, { kinds: ['F'] })])).toEqual([[6]]);
    });
  });
}

function request(key: string, parts: Partial<AnsweredRequest> = {}): AnsweredRequest {
  return { key, fingerprint: 'ab'.repeat(32), operationId: 'op_1', answeredAt: NOON_AT, ...parts };
}
