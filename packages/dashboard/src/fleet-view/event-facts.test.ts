/** What an event tells. */
import { expect, test } from 'vitest';
import { factsOf } from './event-facts.ts';

test.each([
  [{ phase: 'running', healthy: true, problem: null }, 'well'],
  [{ phase: 'running', healthy: null, problem: null }, 'well'],
  [{ phase: 'running', healthy: false, problem: null }, 'unwell'],
  [{ phase: 'stopping', healthy: false, problem: null }, 'stopping'],
  [{ phase: 'starting', healthy: null, problem: 'The health check failed.' }, 'unwell'],
  [{ phase: 'crashed', healthy: null, problem: null }, 'unwell'],
])('a workload that is %j is %s', (workload, told) => {
  const actor = { name: 'agent', address: null };
  const event = { sequence: 1, nodeId: 'a', kind: 'WorkloadChanged', at: '2026-01-01T00:00:00Z', actor, workload };
  expect(factsOf(event).workload).toBe(told);
});

test.each([
  ['RolloutStarted', { rolloutId: 'ro_1', nodes: 12 }, { nodes: 12 }],
  ['RolloutPaused', { because: 'failures', detail: 'One failed.' }, { problem: 'One failed.' }],
  ['RolloutNodesJoined', { nodeIds: ['a', 'b'], others: 0 }, { nodes: 2 }],
  ['RolloutNodesJoined', { nodeIds: ['a', 'b'], others: 50 }, { nodes: 52 }],
  ['RolloutNodeAdvanced', { status: 'settling' }, { step: 'settling' }],
  [
    'RolloutNodeEnded',
    { status: 'failed', detail: 'It did not come back.' },
    { outcome: 'failed', problem: 'It did not come back.' },
  ],
  ['RolloutEnded', { status: 'failed', error: 'Too many failed.' }, { outcome: 'failed', problem: 'Too many failed.' }],
  ['BudgetSet', { before: null, budget: { name: 'lobby' } }, { budget: 'lobby' }],
  [
    'BudgetOverridden',
    { budgets: [{ name: 'all' }, { name: 'lobby' }], reason: 'fire' },
    { budget: 'all, lobby', reason: 'fire' },
  ],
  [
    'SlotReleased',
    { slot: { group: 'kernel', id: 'm-1' }, why: 'freed' },
    { budget: 'kernel', slot: 'm-1', outcome: 'freed' },
  ],
])('%s tells of %j', (kind, fields, facts) => {
  const actor = { name: 'alice', address: null };
  expect(factsOf({ sequence: 1, nodeId: null, kind, at: '2026-01-01T00:00:00Z', actor, ...fields })).toMatchObject(
    facts,
  );
});
