/** Operations in words: how far they are, and what came of them. */
import type { Operation } from '@sluice/contract';
import { expect, test } from 'vitest';
import { operationFixture } from '../fleet-view/operation-fixture.ts';
import { en } from '../i18n/en/index.ts';
import { zhCN } from '../i18n/zh-CN/index.ts';
import { operationInWords } from './operation-in-words.ts';

const progress = { sessionsAtStart: 12, sessionsRemaining: 5, estimatedMsLeft: 90_000, problem: null };
const hold = { name: 'rollout/7', owner: 'ci', reason: null };

test.each<readonly [operation: Partial<Operation>, words: string]>([
  [{ progress }, '5 of 12 left · over in 1 min 30 s · waits for sessions to end'],
  [{ progress: { ...progress, problem: 'nobody can count' } }, 'nobody can count · 5 of 12 left'],
  [{ status: 'queued', phase: null, command: 'restart' }, 'waits for its agent'],
  [{ status: 'running', phase: 'compressing', command: 'backup' }, 'compressing'],
  [{ status: 'succeeded', result: { evidence: { kind: 'counted', zeroSeenAt: [1, 2] } } }, 'none was cut'],
  [
    {
      status: 'succeeded',
      result: { evidence: { kind: 'forced', forcedAt: 1, sessionsEnded: 1 }, note: 'It ended 1.' },
    },
    'drained; the deadline ended 1 session',
  ],
  [{ command: 'undrain', status: 'succeeded', result: { released: ['operator'] } }, 'back in rotation'],
  [{ command: 'undrain', status: 'succeeded', result: { released: [] } }, 'there was nothing to release'],
  [
    { command: 'undrain', status: 'succeeded', result: { released: ['operator'], remainingHolds: [hold] } },
    'stays out of rotation, held by “rollout/7” (ci)',
  ],
  [
    { command: 'restart', status: 'succeeded', result: { oldIncarnation: 3, newIncarnation: 4 } },
    'restarted and healthy · incarnation 3 became 4',
  ],
  [{ command: 'backup', status: 'succeeded', result: { exitCode: 0, note: 'Saved.' } }, 'exit code 0 · Saved.'],
  [
    { status: 'failed', error: { code: 'lost', message: 'The agent was lost.', outcome: 'unknown' } },
    'The agent was lost. · Nobody knows whether it was done',
  ],
])('%#: %s', (operation, words) => {
  expect(operationInWords(operationFixture(operation), en).join(' · ')).toContain(words);
});

test('the phases of a drain are told in Chinese; what an agent says stays as it said it', () => {
  expect(operationInWords(operationFixture(), zhCN)).toEqual(['等待会话结束']);
  expect(operationInWords(operationFixture({ phase: 'compressing' }), zhCN)).toEqual(['compressing']);
});
