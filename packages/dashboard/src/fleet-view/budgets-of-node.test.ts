/** The budgets that a node counts in. */
import type { Budget } from '@sluice/contract';
import { expect, test } from 'vitest';
import { budgetsOfNode } from './budgets-of-node.ts';
import { nodeFixture } from './node-fixture.ts';

const budget = (name: string, selector: string | null): Budget => ({
  name,
  selector,
  maxUnavailable: 1,
  description: null,
  createdBy: 'alice',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  revision: 1,
  standing: { matching: 1, allowed: 1, unavailable: 0, left: 1, nodes: [] },
});

test('those for all nodes, and those whose selector it matches', () => {
  const node = nodeFixture('lobby-1', { labels: { env: 'prod' } });
  const budgets = [budget('all', null), budget('lobby', 'type=lobby,env=prod'), budget('arena', 'type=arena')];
  expect(budgetsOfNode(budgets, node).map(({ name }) => name)).toEqual(['all', 'lobby']);
});
