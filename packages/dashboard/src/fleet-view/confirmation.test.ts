/** What must be typed before many nodes, or production, are hit; and why a button may not be pressed. */
import { describe, expect, test } from 'vitest';
import { confirmationFor } from './confirmation.ts';
import { whyNotAct } from './may-act.ts';
import { nodeFixture } from './node-fixture.ts';

const plain = (count: number) => Array.from({ length: count }, (_none, index) => nodeFixture(`n${index}`));
const production = nodeFixture('lobby-1', { labels: { env: 'Production' } });

test.each([
  ['ten', plain(10), null],
  ['eleven', plain(11), { phrase: 'Drain 11', because: 'many' }],
  ['one of production', [production], { phrase: 'lobby-1', because: 'production' }],
  ['one of production among others', [...plain(2), production], { phrase: 'Drain 3', because: 'production' }],
] as const)('%s', (_name, nodes, expected) => {
  expect(confirmationFor('Drain', nodes)).toEqual(expected);
});

test('a machine is only rebooted by who has typed its node', () => {
  expect(confirmationFor('Reboot machine', plain(1), true)).toEqual({ phrase: 'n0', because: 'machine' });
  expect(confirmationFor('Reboot machine', [production], true)).toEqual({ phrase: 'lobby-1', because: 'production' });
});

describe('a button', () => {
  const NOW = Date.parse('2026-01-01T12:00:00Z');
  const asker = { role: 'operator', isConnected: true } as const;
  const locked = nodeFixture('locked');
  const lock = { reason: 'a final', since: '2026-01-01T11:59:00Z', expiresAt: '2026-01-01T12:01:00Z' };
  const withLock = { ...locked, workload: { ...locked.workload, locks: [lock] } };

  test.each([
    ['may be pressed', 'drain', plain(1), asker, null],
    ['of a viewer', 'drain', plain(1), { ...asker, role: 'viewer' }, { kind: 'role', needed: 'operator' }],
    ['while the server is away', 'drain', plain(1), { ...asker, isConnected: false }, { kind: 'not-connected' }],
    ['with nothing selected', 'restart', [], asker, { kind: 'nothing-selected' }],
    [
      'of a locked workload',
      'restart',
      [withLock],
      asker,
      { kind: 'refused', detail: expect.stringContaining('a final') },
    ],
    ['that drains a locked workload', 'drain', [withLock], asker, null],
    ['of a locked workload among others', 'restart', [withLock, ...plain(1)], asker, null],
  ] as const)('%s', (_name, action, nodes, who, expected) => {
    expect(whyNotAct(action, nodes, who, NOW)).toEqual(expected);
  });
});
