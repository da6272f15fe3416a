/** How nodes and operations are shown: every status with its word, and what an operator must see beside it. */
import type { Node, Operation } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { outcomeInWords, progressParts } from '../waiting/operation-in-words.ts';
import { renderNodePage } from './node-page.ts';
import { renderNodesTable } from './nodes-table.ts';
import { renderOperationPage } from './operation-page.ts';
import { renderWhyPage } from './why-page.ts';

const nowMs = Date.parse('2026-11-23T12:00:00.000Z');
const at = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
const plain = (text: string) => text;

const active: Node = {
  id: 'lobby-1',
  name: 'lobby-1',
  type: 'lobby',
  status: 'active',
  availability: 'active',
  connected: true,
  ip: '10.0.0.7',
  port: 7777,
  version: '1.4.2',
  region: 'eu-west',
  zone: 'b',
  labels: { env: 'prod', game: 'chess' },
  resources: { cpuCount: 2, memoryBytes: 8 * 1024 ** 3 },
  load: { sessions: 12, cpuPercent: 3.4, memoryBytes: 52_428_800, problem: null },
  workload: {
    driver: 'process',
    phase: 'running',
    healthy: true,
    incarnation: 3,
    startedAt: at(-300),
    problem: null,
    locks: [],
  },
  drain: null,
  holds: [],
  lastSeenAt: at(-2),
  createdAt: at(-86_400),
  updatedAt: at(-2),
  revision: 9,
};

const draining: Node = {
  ...active,
  status: 'draining',
  availability: 'drain',
  drain: {
    reason: 'kernel update',
    requestedBy: 'admin',
    startedAt: at(-36),
    deadlineAt: at(24),
    onDeadline: 'force',
    phase: 'waiting-for-sessions',
    sessionsAtStart: 12,
    sessionsRemaining: 7,
    blockers: [{ id: 'p-1', ageMs: 180_000 }, { id: 'p-2' }],
    estimatedMsLeft: 15_000,
    problem: null,
    forced: false,
  },
  holds: [
    {
      name: 'operator',
      owner: 'admin',
      reason: 'kernel update',
      placedAt: at(-36),
      expiresAt: at(900),
      deadlineAt: at(24),
    },
  ],
};

const drain: Operation = {
  id: 'op_1',
  nodeId: 'lobby-1',
  command: 'drain',
  status: 'running',
  phase: 'waiting for sessions',
  reason: 'kernel update',
  requestedBy: 'admin',
  requestedFrom: '10.0.0.1',
  parameters: { timeout: 60 },
  progress: { sessionsAtStart: 12, sessionsRemaining: 7, estimatedMsLeft: 15_000, problem: null },
  deliverBy: null,
  deadlineAt: at(24),
  createdAt: at(-36),
  startedAt: at(-36),
  endedAt: null,
  result: null,
  error: null,
  cancelRequested: null,
  confirmationNeeded: null,
  output: null,
};

describe('nodes', () => {
  test('a table with what needs attention', () => {
    const unhealthy: Node = {
      ...active,
      id: 'arena-1',
      status: 'unhealthy',
      load: { ...active.load, sessions: null },
      workload: { ...active.workload, problem: 'It ended with exit code 1.' },
    };
    expect(renderNodesTable([active, draining, unhealthy], { isWide: false, width: null, paint: plain, nowMs })).toBe(
      [
        'ID       STATUS       SESSIONS  TYPE   REGION     ADDRESS        REMARK',
        'lobby-1  ● active     12        lobby  eu-west/b  10.0.0.7:7777',
        'lobby-1  ◐ draining   12        lobby  eu-west/b  10.0.0.7:7777  7 of 12 sessions left · deadline in 24 s · about 15 s left',
        'arena-1  ▲ unhealthy  -         lobby  eu-west/b  10.0.0.7:7777  It ended with exit code 1.',
        '',
      ].join('\n'),
    );
  });

  test('a page', () => {
    expect(renderNodePage(draining, plain, nowMs)).toBe(
      [
        'lobby-1  ◐ draining',
        'Type       lobby, version 1.4.2',
        'Place      eu-west/b, 10.0.0.7:7777',
        'Labels     env=prod game=chess',
        'Agent      connected, last seen 2 s ago',
        'Workload   process, running, healthy, incarnation 3, started 5 min ago',
        'Sessions   12',
        'Load       CPU 3%, memory 50 MiB',
        'Resources  2 CPUs, 8.0 GiB',
        'Drain      by admin, 36 s ago: kernel update',
        '           waiting for sessions · 7 of 12 sessions left · deadline in 24 s · about 15 s left',
        '           at the deadline: force',
        '           waits for p-1 (3 min), p-2',
        'Holds      operator, by admin, 36 s ago (expires in 15 min): kernel update',
        `Known      since ${at(-86_400)}, revision 9`,
        '',
      ].join('\n'),
    );
  });
});

describe('operations', () => {
  test('a page', () => {
    expect(renderOperationPage(drain, plain, nowMs)).toBe(
      [
        'drain lobby-1  ◐ running',
        'Operation   op_1',
        'Progress    7 of 12 sessions left · deadline in 24 s · about 15 s left',
        `Asked       by admin from 10.0.0.1, 36 s ago (${at(-36)})`,
        'Reason      kernel update',
        'Parameters  timeout=60',
        `Started     36 s ago (${at(-36)})`,
        '',
      ].join('\n'),
    );
  });

  test('what it is doing: the trouble comes first', () => {
    expect(progressParts({ ...drain, status: 'queued', phase: null }, nowMs)).toEqual(['waiting for its agent']);
    expect(progressParts({ ...drain, progress: null }, nowMs)).toEqual(['waiting for sessions']);
    const stuck = {
      sessionsAtStart: null,
      sessionsRemaining: null,
      estimatedMsLeft: null,
      problem: 'The probe cannot be read.',
    };
    expect(progressParts({ ...drain, progress: stuck }, nowMs)).toEqual([
      'The probe cannot be read.',
      'deadline in 24 s',
    ]);
  });

  const done: Operation = { ...drain, status: 'succeeded', endedAt: at(-2) };
  const failed: Operation = { ...done, status: 'failed', command: 'restart' };
  test.each<[string, Operation]>([
    [
      'drained after 34 s; no session is left, and none was cut',
      { ...done, result: { evidence: { kind: 'counted', zeroSeenAt: [1, 2] } } },
    ],
    [
      'drained after 34 s; the deadline ended 1 session',
      { ...done, result: { evidence: { kind: 'forced', forcedAt: 1, sessionsEnded: 1 } } },
    ],
    [
      'drained after 34 s; its drain hook returned; nobody counted sessions (Nobody counted)',
      { ...done, result: { evidence: { kind: 'hook-returned', returnedAt: 1 }, note: 'Nobody counted.' } },
    ],
    ['back in rotation', { ...done, command: 'undrain', result: { released: ['operator'], remainingHolds: [] } }],
    [
      'hold released; the node stays out of rotation, still held: night by bob (backup), node by agent',
      {
        ...done,
        command: 'undrain',
        result: {
          remainingHolds: [
            { name: 'night', owner: 'bob', reason: 'backup' },
            { name: 'node', owner: 'agent', reason: null },
          ],
        },
      },
    ],
    [
      'restarted and healthy after 34 s; incarnation 3 → 4',
      { ...done, command: 'restart', result: { oldIncarnation: 3, newIncarnation: 4 } },
    ],
    [
      'already restarted since; not restarted again',
      { ...done, command: 'restart', result: { alreadyRestarted: true, newIncarnation: 4 } },
    ],
    [
      'rebooted and healthy after 34 s; boot 6b1f',
      { ...done, command: 'reboot', result: { oldBootId: '0a2c', newBootId: '6b1f' } },
    ],
    [
      'already rebooted since; not rebooted again',
      { ...done, command: 'reboot', result: { alreadyRebooted: true, newBootId: '6b1f' } },
    ],
    ['reload done, exit code 0', { ...done, command: 'reload', result: { exitCode: 0 } }],
    [
      'restart failed: It did not become healthy',
      { ...failed, error: { code: 'x', message: 'It did not become healthy.' } },
    ],
    [
      'restart failed: The agent died; it may or may not have been done',
      { ...failed, error: { code: 'x', message: 'The agent died.', outcome: 'unknown' } },
    ],
    [
      'drain cancelled: Undrained by admin',
      { ...done, status: 'cancelled', error: { code: 'x', message: 'Undrained by admin.' } },
    ],
    ['drain expired: no reason was given', { ...done, status: 'expired' }],
  ])('%s', (words, operation) => expect(outcomeInWords(operation)).toBe(words));
});

test('why: a sentence that says since when is not told so twice', () => {
  const cause = { code: 'x', severity: 'info', since: at(-50) } as const;
  const page = renderWhyPage(
    {
      id: 'lobby-1',
      status: 'draining',
      summary: 'lobby-1 is draining.',
      causes: [
        { ...cause, text: "ann holds it out of rotation (hold 'operator') for 50 s, because: new build." },
        {
          ...cause,
          text: 'The last restart (op_1, by ann) failed 1 min 2 s ago: It did not start.',
          severity: 'warning',
        },
        { ...cause, text: 'The health check gave no answer within 1 s.', severity: 'error' },
        { ...cause, text: 'It waits for 2 sessions to end.' },
        { ...cause, text: 'It waits for: p-1 (3 min).', since: null },
      ],
    },
    plain,
    nowMs,
  );
  expect(page.split('\n')).toEqual([
    'lobby-1 is draining.',
    "  · ann holds it out of rotation (hold 'operator') for 50 s, because: new build.",
    '  ▲ The last restart (op_1, by ann) failed 1 min 2 s ago: It did not start.',
    '  ✗ The health check gave no answer within 1 s. (50 s ago)',
    '  · It waits for 2 sessions to end. (50 s ago)',
    '  · It waits for: p-1 (3 min).',
    '',
  ]);
});
