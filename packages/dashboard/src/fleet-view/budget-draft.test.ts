/** A budget as it is filled in. */
import { expect, test } from 'vitest';
import { type BudgetDraft, budgetDraft, readBudget } from './budget-draft.ts';

const draft = (otherwise: Partial<BudgetDraft> = {}): BudgetDraft => ({
  ...budgetDraft(null),
  name: 'lobby',
  selector: 'type=lobby',
  ...otherwise,
});

test.each<[what: string, otherwise: Partial<BudgetDraft>, body: object]>([
  ['a share of some', {}, { selector: 'type=lobby', maxUnavailable: '25%', description: null }],
  ['a count of all', { isForAll: true, maxUnavailable: '0' }, { selector: null, maxUnavailable: 0 }],
  ['what it protects', { description: ' the hall ' }, { description: 'the hall' }],
])('%s', (_what, otherwise, body) => {
  expect(readBudget(draft(otherwise), [])).toMatchObject({ ok: true, name: 'lobby', body });
});

test.each<[field: string, otherwise: Partial<BudgetDraft>, kind: string]>([
  ['name', { name: '-lobby' }, 'no-name'],
  ['name', { name: 'a'.repeat(65) }, 'no-name'],
  ['name', { name: 'taken' }, 'name-taken'],
  ['selector', { selector: ' ' }, 'no-selector'],
  ['selector', { selector: 'lobby' }, 'detail'],
  ['maxUnavailable', { maxUnavailable: 'few' }, 'no-count-or-percent'],
])('%s: %j is wrong', (field, otherwise, kind) => {
  const read = readBudget(draft(otherwise), ['taken']);
  expect(read.ok ? [] : [...read.faults]).toEqual([[field, expect.objectContaining({ kind })]]);
});

test('one that is changed begins as it is', () => {
  const budget = {
    name: 'all',
    selector: null,
    maxUnavailable: 2,
    description: null,
    createdBy: 'alice',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    revision: 1,
    standing: { matching: 3, allowed: 2, unavailable: 0, left: 2, nodes: [] },
  };
  expect(readBudget(budgetDraft(budget), [])).toMatchObject({ ok: true, body: { selector: null, maxUnavailable: 2 } });
});
