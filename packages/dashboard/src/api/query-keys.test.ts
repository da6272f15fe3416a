/** What is asked again after an event. */
import type { ClientEvent } from '@sluice/client';
import { expect, test } from 'vitest';
import { keysTouchedBy } from './query-keys.ts';

const touched = (
  event: Partial<ClientEvent> & { readonly kind: string; readonly by?: string; readonly rolloutId?: string },
) =>
  keysTouchedBy({
    sequence: 1,
    nodeId: 'lobby-1',
    at: '2026-01-01T00:00:00.000Z',
    actor: { name: event.by ?? 'agent', address: null },
    ...event,
  }).map((key) => key.join(' '));

test('what people do is audited, and what agents report is not', () => {
  expect(touched({ kind: 'HoldPlaced', by: 'alice' })).toContain('audit');
  expect(touched({ kind: 'TokenCreated', by: 'alice', nodeId: null })).toEqual(['tokens', 'join-tokens', 'audit']);
  expect(touched({ kind: 'AgentConnected' })).not.toContain('audit');
  expect(touched({ kind: 'AgentEnrolled' })).toContain('audit');
  expect(touched({ kind: 'OperationEnded', operationId: 'op_1' })).toEqual(
    expect.arrayContaining(['operations', 'operation op_1', 'audit']),
  );
});

test('how far a drain is stands in its operation too', () => {
  expect(touched({ kind: 'DrainProgressed' })).toEqual(expect.arrayContaining(['operations', 'operation']));
});

test('a rollout is asked again after what happens to it, and so is the history of the node that it happens to', () => {
  const keys = touched({ kind: 'RolloutNodeEnded', by: 'rollout/ro_1', rolloutId: 'ro_1' });
  expect(keys).toEqual(
    expect.arrayContaining(['history lobby-1', 'rollouts', 'rollout ro_1', 'rollout-history ro_1 steps']),
  );
  expect(touched({ kind: 'RolloutPaused', nodeId: null, rolloutId: 'ro_1' })).toEqual(
    expect.arrayContaining(['paused-rollouts', 'rollout-history ro_1']),
  );
  // Of ten thousand nodes only those are read again that something happened to: its page knows which.
  expect(keys.some((key) => key.startsWith('rollout-nodes'))).toBe(false);
});

test('budgets and slots', () => {
  expect(touched({ kind: 'BudgetSet', by: 'alice', nodeId: null })).toEqual(['budgets', 'audit']);
  expect(touched({ kind: 'SlotTaken', by: 'zincati', nodeId: null })).toEqual(['budgets', 'slots', 'audit']);
});
