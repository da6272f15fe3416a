/** Which buttons may be pressed, and why the others may not. */
import { expect, test } from 'vitest';
import { whyNotAct, whyNotAdminister, whyNotChange } from './may-act.ts';
import { nodeFixture } from './node-fixture.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();
const operator = { role: 'operator', isConnected: true } as const;

test('who may only look may change nothing, and who is not connected can ask for nothing', () => {
  expect(whyNotChange({ role: 'viewer', isConnected: true })).toEqual({ kind: 'role', needed: 'operator' });
  expect(whyNotChange({ role: 'admin', isConnected: false })).toEqual({ kind: 'not-connected' });
  expect(whyNotChange(operator)).toBeNull();
});

test('an undrain of a node that people do not hold would do nothing', () => {
  const hold = { owner: 'ci', reason: null, placedAt: at(0), expiresAt: null, deadlineAt: null };
  const held = (name: string) => nodeFixture('a', { holds: [{ ...hold, name }] });
  expect(whyNotAct('undrain', [nodeFixture('a')], operator, NOW)).toEqual({ kind: 'no-hold' });
  expect(whyNotAct('undrain', [held('rollout/7')], operator, NOW)).toEqual({ kind: 'no-hold' });
  expect(whyNotAct('undrain', [held('operator')], operator, NOW)).toBeNull();
  expect(whyNotAct('undrain', [nodeFixture('a'), nodeFixture('b')], operator, NOW)).toBeNull();
});

test('a locked workload is not restarted, in the words of the server, until the lock has expired', () => {
  const node = nodeFixture('a');
  const locks = [{ reason: 'final match', since: at(-60_000), expiresAt: at(60_000) }];
  const locked = { ...node, workload: { ...node.workload, locks } };
  expect(whyNotAct('restart', [locked], operator, NOW)).toMatchObject({
    kind: 'refused',
    detail: expect.stringContaining('final match'),
  });
  expect(whyNotAct('restart', [locked], operator, NOW + 60_000)).toBeNull();
  expect(whyNotAct('reboot', [locked], operator, NOW)).toMatchObject({ kind: 'refused' });
  expect(whyNotAct('reboot', [locked], operator, NOW + 60_000)).toBeNull();
  expect(whyNotAct('drain', [locked], operator, NOW)).toBeNull();
});

test('who gets in is a matter of admins of the whole fleet', () => {
  const admin = { role: 'admin', isConnected: true, selector: null } as const;
  expect(whyNotAdminister(admin)).toBeNull();
  expect(whyNotAdminister({ ...admin, role: 'operator' })).toEqual({ kind: 'role', needed: 'admin' });
  expect(whyNotAdminister({ ...admin, selector: 'env=demo' })).toEqual({ kind: 'scope', selector: 'env=demo' });
  expect(whyNotAdminister({ ...admin, isConnected: false })).toEqual({ kind: 'not-connected' });
});
