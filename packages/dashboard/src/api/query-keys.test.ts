/** What is asked again after an event. */
import type { ClientEvent } from '@sluice/client';
import { expect, test } from 'vitest';
import { keysTouchedBy } from './query-keys.ts';

const touched = (event: Partial<ClientEvent> & { readonly kind: string; readonly by?: string }) =>
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
