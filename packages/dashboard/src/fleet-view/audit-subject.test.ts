/** What an entry of the audit is about. */
import type { Json } from '@sluice/contract';
import { expect, test } from 'vitest';
import { auditSubject } from './audit-subject.ts';

test.each<readonly [action: string, before: Json, after: Json, subject: string | null]>([
  ['TokenCreated', null, { id: 'tok_1', name: 'pipeline' }, 'pipeline'],
  ['TokenRevoked', { id: 'tok_1', name: 'pipeline' }, null, 'pipeline'],
  ['OperationRequested', null, { kind: 'drain', hold: 'operator' }, 'drain'],
  ['OperationRequested', null, { kind: 'declared', params: {} }, null],
  ['AvailabilityWished', 'active', 'drain', null],
  ['MetadataReplaced', null, { name: 'finals' }, null],
])('%s: %j → %j', (action, before, after, subject) => {
  expect(auditSubject({ before, after }, action)).toBe(subject);
});
