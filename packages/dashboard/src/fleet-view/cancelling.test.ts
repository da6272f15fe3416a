/** What cancelling would do, by what an operation is and how far it is. */
import type { Operation } from '@sluice/contract';
import { expect, test } from 'vitest';
import { cancellingOf } from './cancelling.ts';
import { operationFixture } from './operation-fixture.ts';

const asked = { by: 'bob', at: '2026-01-01T00:00:01.000Z', reason: null };

test.each<readonly [rule: string, operation: Partial<Operation>, expected: string]>([
  ['a drain is given up', { command: 'drain' }, 'gives-up'],
  ['a restart that waits never begins', { command: 'restart', status: 'queued' }, 'never-begins'],
  ['a restart that has begun is finished', { command: 'restart' }, 'restart-has-begun'],
  ['a reboot that waits never begins', { command: 'reboot', status: 'queued' }, 'never-begins'],
  ['a reboot is stopped while its node leaves rotation', { command: 'reboot', phase: 'leaving rotation' }, 'stops'],
  [
    'a reboot whose command was given goes on',
    { command: 'reboot', phase: 'rebooting the machine' },
    'reboot-has-begun',
  ],
  ['a command that waits never begins', { command: 'backup', status: 'queued' }, 'never-begins'],
  ['a command that runs is stopped', { command: 'backup' }, 'stops'],
  ['a command is stopped once', { command: 'backup', cancelRequested: asked }, 'asked-already'],
  ['an undrain has done it already', { command: 'undrain' }, 'undrain'],
  ['what has ended stays as it ended', { command: 'drain', status: 'failed' }, 'ended'],
])('%s', (_, operation, expected) => {
  const { does, whyNot } = cancellingOf(operationFixture(operation));
  expect(does ?? whyNot).toBe(expected);
  expect(does === null).not.toBe(whyNot === null);
});
