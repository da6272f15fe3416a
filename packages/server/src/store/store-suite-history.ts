/** The part of the store's suite about what grows: events and operations. */
import { beforeEach, describe, expect, test } from 'vitest';
import { change, commitOrFail, NOON_AT, operation } from './store-suite-rows.ts';
import type { OpenedForTest } from './store-suite.ts';
import { EVENTS_LIMIT_MAX, OPERATIONS_LIMIT_MAX } from './store.ts';
import type { EventsQuery, NodeChange, OperationsQuery, StoredOperation } from './store.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeHistory(opened: () => OpenedForTest): void {
  const commitOperations = (...operations: readonly StoredOperation[]) =>
    commitOrFail(opened().store, [{ ...recordsOnly, operations }]);

  describe('events', () => {
    test('are numbered from 1, in the order of the commit, and kept as they were given', async () => {
      const { store } = opened();
      const sequences = await commitOrFail(store, [
        change('a', null, 1, { kinds: ['NodeRegistered', 'HoldPlaced'] }),
        change('b', null, 1),
        change('a', 1, 2, { kinds: ['DrainStarted'] }),
      ]);
      expect(sequences).toEqual([[1, 2], [], [3]]);
      expect(await store.events({ limit: 10 })).toEqual([
        { sequence: 1, nodeId: 'a', kind: 'NodeRegistered', at: NOON_AT, body: { kind: 'NodeRegistered', index: 0 } },
        { sequence: 2, nodeId: 'a', kind: 'HoldPlaced', at: NOON_AT + 1, body: { kind: 'HoldPlaced', index: 1 } },
        { sequence: 3, nodeId: 'a', kind: 'DrainStarted', at: NOON_AT, body: { kind: 'DrainStarted', index: 0 } },
      ]);
    });

    test('get numbers that are never given again, also after their node is forgotten and the store reopened', async () => {
      await commitOrFail(opened().store, [change('a', null, 1, { kinds: ['A', 'B', 'C'] })]);
      await commitOrFail(opened().store, [change('a', 1, 2, { state: null, kinds: ['NodeForgotten'] })]);
      const reopened = await opened().reopen();
      expect((await reopened.load()).lastSequence).toBe(4);
      expect(await commitOrFail(reopened, [change('a', null, 1, { kinds: ['NodeRegistered'] })])).toEqual([[5]]);
      expect(await reopened.events({ nodeId: 'a', limit: 10 })).toHaveLength(5);
    });

    test('a refused commit uses no number up', async () => {
      const { store } = opened();
      await commitOrFail(store, [change('a', null, 1, { kinds: ['A'] })]);
      await store.commit([change('a', 9, 10, { kinds: ['B', 'C'] })]);
      expect(await commitOrFail(store, [change('a', 1, 2, { kinds: ['D'] })])).toEqual([[2]]);
    });

    test('without a change of the state are a commit, for a node that exists and for one that never did', async () => {
      const { store } = opened();
      await commitOrFail(store, [change('a', null, 1)]);
      await commitOrFail(store, [
        change('a', 1, 1, { kinds: ['RequestRefused'] }),
        change('ghost', null, 0, { state: null, kinds: ['JoinRefused'] }),
      ]);
      expect((await store.load()).nodes.map((node) => [node.nodeId, node.revision])).toEqual([['a', 1]]);
      expect((await store.events({ limit: 10 })).map((event) => event.nodeId)).toEqual(['a', 'ghost']);
    });

    describe('are selected', () => {
      beforeEach(() =>
        commitOrFail(opened().store, [
          change('a', null, 1, { kinds: ['A', 'B'] }),
          change('b', null, 1, { kinds: ['A', 'C'] }),
          change('a', 1, 2, { kinds: ['C', 'A'] }),
        ]),
      );
      const rows: readonly {
        readonly rule: string;
        readonly query: EventsQuery;
        readonly expected: readonly number[];
      }[] = [
        { rule: 'after a number, exclusive', query: { after: 4, limit: 10 }, expected: [5, 6] },
        { rule: 'after the last', query: { after: 6, limit: 10 }, expected: [] },
        { rule: 'before a number, exclusive', query: { before: 3, limit: 10 }, expected: [1, 2] },
        { rule: 'the oldest', query: { limit: 2 }, expected: [1, 2] },
        { rule: 'the newest', query: { newestFirst: true, limit: 2 }, expected: [6, 5] },
        {
          rule: 'from the newest on, page by page',
          query: { newestFirst: true, before: 5, limit: 2 },
          expected: [4, 3],
        },
        { rule: 'of a node', query: { nodeId: 'a', limit: 10 }, expected: [1, 2, 5, 6] },
        { rule: 'of a node that never was', query: { nodeId: 'A', limit: 10 }, expected: [] },
        { rule: 'of kinds', query: { kinds: ['B', 'C'], limit: 10 }, expected: [2, 4, 5] },
        { rule: 'of no kind', query: { kinds: [], limit: 10 }, expected: [] },
        {
          rule: 'by all conditions',
          query: { nodeId: 'a', kinds: ['A'], after: 1, newestFirst: true, limit: 10 },
          expected: [6],
        },
        {
          rule: 'with conditions left undefined',
          query: { nodeId: undefined, kinds: undefined, after: undefined, limit: 1 },
          expected: [1],
        },
        { rule: 'with a limit below 1', query: { limit: -1 }, expected: [1] },
      ];
      test.each(rows)('$rule', async ({ query, expected }) => {
        expect((await opened().store.events(query)).map((event) => event.sequence)).toEqual(expected);
      });
    });

    test('come at most so many at once', async () => {
      const { store } = opened();
      const kinds = Array.from({ length: EVENTS_LIMIT_MAX + 1 }, () => 'A');
      await commitOrFail(store, [change('a', null, 1, { kinds })]);
      expect(await store.events({ limit: Number.POSITIVE_INFINITY })).toHaveLength(EVENTS_LIMIT_MAX);
    });
  });

  describe('operations', () => {
    test('are kept, replaced by id, and outlive their node', async () => {
      const { store } = opened();
      await commitOrFail(store, [change('a', null, 1)]);
      await commitOperations(operation({ id: 'op_1', body: { reason: 'disk' } }), operation({ id: 'op_2' }));
      const ended = operation({
        id: 'op_1',
        status: 'succeeded',
        endedAt: NOON_AT + 5,
        body: { result: { forced: false } },
      });
      await commitOperations(ended);
      await commitOrFail(store, [change('a', 1, 2, { state: null })]);
      const reopened = await opened().reopen();
      expect(await reopened.operation('op_1')).toEqual(ended);
      expect(await reopened.operation('op_2')).toEqual(operation({ id: 'op_2' }));
      expect(await reopened.operation('OP_1')).toBeNull();
    });

    test('the same operation twice in a commit is as it was given last', async () => {
      await commitOperations(operation({ id: 'op_1' }), operation({ id: 'op_1', status: 'running' }));
      expect(await opened().store.operation('op_1')).toMatchObject({ status: 'running' });
    });

    describe('are selected', () => {
      beforeEach(() =>
        commitOperations(
          operation({ id: 'op_1', createdAt: NOON_AT }),
          operation({ id: 'op_2', createdAt: NOON_AT + 1, command: 'restart', status: 'running' }),
          operation({ id: 'op_3', createdAt: NOON_AT + 2, nodeId: 'b', status: 'succeeded', endedAt: NOON_AT + 3 }),
          operation({ id: 'op_4', createdAt: NOON_AT + 2, nodeId: 'b', status: 'running' }),
          operation({ id: 'op_0', createdAt: NOON_AT + 3, command: 'restart' }),
        ),
      );
      const rows: readonly { readonly rule: string; readonly query: OperationsQuery; readonly expected: string }[] = [
        { rule: 'newest first', query: { limit: 10 }, expected: '0 4 3 2 1' },
        { rule: 'so many', query: { limit: 2 }, expected: '0 4' },
        {
          rule: 'after a cursor',
          query: { cursor: { createdAt: NOON_AT + 2, id: 'op_4' }, limit: 10 },
          expected: '3 2 1',
        },
        {
          rule: 'after a cursor that is gone',
          query: { cursor: { createdAt: NOON_AT + 2, id: 'op_' }, limit: 10 },
          expected: '2 1',
        },
        { rule: 'of a node', query: { nodeId: 'b', limit: 10 }, expected: '4 3' },
        { rule: 'of a command', query: { command: 'restart', limit: 10 }, expected: '0 2' },
        { rule: 'of statuses', query: { statuses: ['running', 'succeeded'], limit: 10 }, expected: '4 3 2' },
        { rule: 'of an unknown status', query: { statuses: ['asleep'], limit: 10 }, expected: '' },
        { rule: 'of no status', query: { statuses: [], limit: 10 }, expected: '' },
        { rule: 'since a time, inclusive', query: { createdSince: NOON_AT + 2, limit: 10 }, expected: '0 4 3' },
        {
          rule: 'by all conditions',
          query: {
            nodeId: 'b',
            command: 'drain',
            statuses: ['succeeded'],
            createdSince: NOON_AT,
            cursor: { createdAt: NOON_AT + 2, id: 'op_4' },
            limit: 10,
          },
          expected: '3',
        },
        { rule: 'with a limit below 1', query: { limit: 0 }, expected: '0' },
      ];
      test.each(rows)('$rule', async ({ query, expected }) => {
        const selected = await opened().store.operations(query);
        expect(selected.map((one) => one.id.replace('op_', '')).join(' ')).toBe(expected);
      });
    });

    test('of one millisecond are ordered by the code points of their ids, and a cursor walks through all of them', async () => {
      const ids = ['op_B', 'op_a', 'op_Z', 'op_ä', 'op_節', 'op_😀', 'op_-', 'op_1'];
      await commitOperations(...ids.map((id) => operation({ id })));
      const walked: string[] = [];
      let cursor: OperationsQuery['cursor'];
      for (;;) {
        const page = await opened().store.operations({ cursor, limit: 3 });
        walked.push(...page.map((one) => one.id));
        cursor = page.at(-1);
        if (cursor === undefined) break;
      }
      expect(walked).toEqual(['op_😀', 'op_節', 'op_ä', 'op_a', 'op_Z', 'op_B', 'op_1', 'op_-']);
    });

    test('come at most so many at once', async () => {
      await commitOperations(
        ...Array.from({ length: OPERATIONS_LIMIT_MAX + 1 }, (_, index) => operation({ id: `op_${index}` })),
      );
      expect(await opened().store.operations({ limit: 1_000_000 })).toHaveLength(OPERATIONS_LIMIT_MAX);
    });

    test('tell how long those took that succeeded, newest first, and only the newest are looked at', async () => {
      const took = (id: string, command: string, status: string, createdAt: number, endedAt: number | null) =>
        operation({ id, command, status, createdAt, endedAt });
      await commitOperations(
        took('op_1', 'drain', 'succeeded', NOON_AT, NOON_AT + 100),
        took('op_2', 'restart', 'succeeded', NOON_AT + 1, NOON_AT + 31),
        took('op_3', 'drain', 'failed', NOON_AT + 2, NOON_AT + 3),
        took('op_4', 'drain', 'queued', NOON_AT + 3, null),
        took('op_5', 'drain', 'succeeded', NOON_AT + 4, NOON_AT + 11),
      );
      const all = [
        { command: 'drain', durationMs: 7 },
        { command: 'restart', durationMs: 30 },
        { command: 'drain', durationMs: 100 },
      ];
      expect(await opened().store.operationDurations(10)).toEqual(all);
      expect(await opened().store.operationDurations(4)).toEqual(all.slice(0, 2));
    });
  });
}

/** A change that leaves no node behind: only its operations count. */
const recordsOnly: NodeChange = {
  nodeId: 'records-only',
  expectedRevision: null,
  revision: 0,
  state: null,
  events: [],
  operations: [],
};
