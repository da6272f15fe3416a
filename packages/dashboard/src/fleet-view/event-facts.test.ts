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
