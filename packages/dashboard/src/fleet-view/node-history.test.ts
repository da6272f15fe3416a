/** The history of a node, gathered page by page. */
import { expect, test } from 'vitest';
import type { ClientEvent } from '@sluice/client';
import { isStep, operationIdIn, withNewest, withOlder } from './node-history.ts';

function event(sequence: number, otherwise: Partial<ClientEvent> = {}): ClientEvent {
  const actor = { name: 'ada', address: null };
  return { sequence, nodeId: 'a', kind: 'NodeDrained', at: '2026-01-01T00:00:00.000Z', actor, ...otherwise };
}

const page = (sequences: readonly number[], nextCursor: string | null) => ({
  items: sequences.map((sequence) => event(sequence)),
  nextCursor,
});

test('older pages are added at the end, and what is new at the beginning, nothing twice', () => {
  const begun = withNewest(null, page([5, 4], '4'));
  const older = withOlder(begun, page([3, 2], '2'));
  const newer = withNewest(older, page([6, 5], '5'));
  expect(newer.events.map(({ sequence }) => sequence)).toEqual([6, 5, 4, 3, 2]);
  expect(newer.nextCursor).toBe('2');
});

test('when more has happened than a page holds, it begins anew instead of with a gap', () => {
  const begun = withNewest(null, page([5, 4], '4'));
  expect(withNewest(begun, page([9, 8], '8'))).toEqual({ events: [event(9), event(8)], nextCursor: '8' });
});

test('an event leads to its operation, whichever way it names it', () => {
  expect(operationIdIn(event(1, { operationId: 'op_1' }))).toBe('op_1');
  expect(operationIdIn(event(1, { operation: { id: 'op_2' } }))).toBe('op_2');
  expect(operationIdIn(event(1))).toBeNull();
});

test('how far a drain is, is a step; that it is drained is none', () => {
  expect(isStep('DrainProgressed')).toBe(true);
  expect(isStep('NodeDrained')).toBe(false);
});
