/** What an entry of the audit is about. */
import type { Json } from '@sluice/contract';
import { expect, test } from 'vitest';
import { auditSubject, rolloutOf } from './audit-subject.ts';

test.each<readonly [action: string, before: Json, after: Json, subject: string | null]>([
  ['TokenCreated', null, { id: 'tok_1', name: 'pipeline' }, 'pipeline'],
  ['TokenRevoked', { id: 'tok_1', name: 'pipeline' }, null, 'pipeline'],
  ['OperationRequested', null, { kind: 'drain', hold: 'operator' }, 'drain'],
  ['OperationRequested', null, { kind: 'declared', params: {} }, null],
  ['AvailabilityWished', 'active', 'drain', null],
  ['RolloutStarted', null, { id: 'ro_1', name: 'lobby 1.2', command: { kind: 'restart' } }, 'lobby 1.2'],
  ['RolloutPaused', null, { id: 'ro_1' }, 'ro_1'],
  ['BudgetSet', null, { name: 'lobby', maxUnavailable: 1 }, 'lobby'],
  ['SlotReleased', { group: 'lobby', id: 'machine-7', nodeIds: [] }, null, 'machine-7'],
  ['MetadataReplaced', null, { name: 'finals' }, null],
])('%s: %j → %j', (action, before, after, subject) => {
  expect(auditSubject({ before, after }, action)).toBe(subject);
});

test('an entry about a rollout leads to it', () => {
  expect(rolloutOf({ after: { id: 'ro_1' } }, 'RolloutCancelled')).toBe('ro_1');
  expect(rolloutOf({ after: { id: 'tok_1' } }, 'TokenCreated')).toBeNull();
  expect(rolloutOf({ after: null }, 'RolloutEnded')).toBeNull();
});
