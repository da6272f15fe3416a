/** The filter of the audit, in the URL and back. */
import { expect, test } from 'vitest';
import { auditFilterIn, auditSearch, instantOf, localTime } from './audit-filter.ts';

test('comes back as it went in, with instants that mean the same in every zone', () => {
  const search = new URLSearchParams(
    'actor=alice&node=lobby-1&token=tk_1&action=HoldPlaced,HoldReleased&result=refused&since=2026-01-01T00:00:00%2B08:00',
  );
  expect(Object.fromEntries(auditSearch(auditFilterIn(search)))).toEqual({
    actor: 'alice',
    node: 'lobby-1',
    token: 'tk_1',
    action: 'HoldPlaced,HoldReleased',
    result: 'refused',
    since: '2025-12-31T16:00:00.000Z',
  });
});

test('what is not said, and what is no instant, is no filter', () => {
  expect(auditSearch(auditFilterIn(new URLSearchParams('since=yesterday&result=done'))).toString()).toBe('');
});

test('a field of date and time says the reader’s own time, to the minute', () => {
  const instant = new Date(2026, 2, 7, 9, 5).toISOString();
  expect(localTime(instant)).toBe('2026-03-07T09:05');
  expect(instantOf('2026-03-07T09:05')).toBe(instant);
  expect(instantOf('')).toBe('');
  expect(localTime('')).toBe('');
});
