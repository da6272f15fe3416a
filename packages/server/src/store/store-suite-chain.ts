/** The part of the store's suite about the chain of events: each carries the hash of the one before it, whatever is committed together. */
import { describe, expect, test } from 'vitest';
import { hashOfEvent } from './event-chain.ts';
import { change, NOON_AT } from './store-suite-rows.ts';
import type { OpenedForTest } from './store-suite.ts';
import type { ChainedEvent } from './store.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeChain(opened: () => OpenedForTest): void {
  describe('the chain', () => {
    const noted = (actor: string | null, at = NOON_AT) => ({
      nodeId: '',
      event: { kind: 'TokenCreated', at, body: { who: actor, 节: '\ud800 é "' }, actor },
    });

    function isWhole(events: readonly ChainedEvent[]): boolean {
      return events.every((event, index) => {
        const before = events[index - 1];
        return event.hash === hashOfEvent(event) && (before === undefined || event.previousHash === before.hash);
      });
    }

    test('runs through all commits, and a reopened store goes on with it', async () => {
      const { store } = opened();
      expect(await store.chainHead()).toEqual({ sequence: 0, hash: null });
      await store.commit([change('a', null, 1, { kinds: ['A', 'B'] }), change('b', null, 1, { kinds: ['C'] })], [], {
        notes: [noted('alice')],
      });
      await store.commit([], [], {});
      const reopened = await opened().reopen();
      await reopened.commit([change('a', 1, 2, { kinds: ['D'] })]);
      const events = await reopened.chain({ limit: 100 });
      expect(events.map(({ sequence, kind }) => `${sequence} ${kind}`)).toEqual([
        '1 A',
        '2 B',
        '3 C',
        '4 TokenCreated',
        '5 D',
      ]);
      expect(events[0]?.previousHash).toBeNull();
      expect(isWhole(events)).toBe(true);
      expect(await reopened.chainHead()).toEqual({ sequence: 5, hash: events[4]?.hash });
      expect(events.map(({ sequence, nodeId, kind, at, body }) => ({ sequence, nodeId, kind, at, body }))).toEqual(
        await reopened.events({ limit: 100 }),
      );
    });

    test('a commit that is refused leaves it as it was', async () => {
      const { store } = opened();
      await store.commit([change('a', null, 1, { kinds: ['A'] })]);
      const head = await store.chainHead();
      expect(await store.commit([change('a', 7, 8, { kinds: ['B'] })], [], { notes: [noted('alice')] })).toMatchObject({
        ok: false,
      });
      expect(await store.chainHead()).toEqual(head);
    });

    test('is read by who did what, where and when', async () => {
      const { store } = opened();
      await store.commit([change('a', null, 1, { kinds: ['A'] })], [], {
        notes: [
          noted('alice', NOON_AT),
          noted('bob', NOON_AT + 10),
          noted('alice', NOON_AT + 20),
          noted(null, NOON_AT + 30),
        ],
      });
      const sequences = async (query: object) =>
        (await store.chain({ limit: 10, ...query })).map(({ sequence }) => sequence);
      expect(await sequences({ isAudited: true })).toEqual([2, 3, 4]);
      expect(await sequences({ isAudited: true, newestFirst: true, before: 4 })).toEqual([3, 2]);
      expect(await sequences({ actor: 'alice' })).toEqual([2, 4]);
      expect(await sequences({ nodeId: 'a' })).toEqual([1]);
      expect(await sequences({ kinds: ['A'] })).toEqual([1]);
      expect(await sequences({ kinds: [] })).toEqual([]);
      expect(await sequences({ isAudited: true, since: NOON_AT + 10, until: NOON_AT + 20 })).toEqual([3]);
      expect(await sequences({ after: 1, limit: 2 })).toEqual([2, 3]);
    });

    test('tells the last event that would be removed, and removes none after the one that was said', async () => {
      const { store } = opened();
      await store.commit([change('a', null, 1, { kinds: ['A', 'B', 'C', 'D'] })]);
      const request = { eventsBefore: NOON_AT + 2, eventsKeptMax: 100, rowsMax: 10 };
      expect(await store.lastToRemove({ ...request, eventsBefore: 0 })).toBeNull();
      const [, second] = await store.chain({ limit: 10 });
      expect(await store.lastToRemove(request)).toEqual(second);
      const rest = { operationsBefore: 0, operationsKeptMax: 100, operationsCountedBefore: 0, answeredBefore: 0 };
      expect((await store.prune({ ...request, ...rest, eventsUpTo: 0 })).events).toBe(0);
      expect((await store.prune({ ...request, ...rest, eventsUpTo: 1 })).events).toBe(1);
      expect((await store.prune({ ...request, ...rest })).events).toBe(1);
      expect(isWhole(await store.chain({ limit: 10 }))).toBe(true);
    });
  });
}
