/** What needs a person now. */
import type { Node, Operation } from '@sluice/contract';
import { expect, test } from 'vitest';
import { attentionNow, linesOf } from './attention.ts';
import { nodeFixture } from './node-fixture.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();

function draining(id: string, drain: Partial<NonNullable<Node['drain']>>): Node {
  return nodeFixture(id, {
    status: 'draining',
    drain: {
      reason: null,
      requestedBy: 'ada',
      startedAt: at(-60_000),
      deadlineAt: null,
      onDeadline: 'force',
      phase: 'waiting-for-sessions',
      sessionsAtStart: 9,
      sessionsRemaining: 4,
      blockers: [],
      estimatedMsLeft: null,
      problem: null,
      forced: false,
      ...drain,
    },
  });
}

function operation(nodeId: string, otherwise: Partial<Operation>): Operation {
  return {
    id: `op_${nodeId}`,
    nodeId,
    command: 'restart',
    status: 'failed',
    phase: null,
    reason: null,
    requestedBy: 'ada',
    requestedFrom: null,
    parameters: {},
    progress: null,
    deliverBy: null,
    deadlineAt: null,
    createdAt: at(-60_000),
    startedAt: null,
    endedAt: at(-30_000),
    cancelRequested: null,
    confirmationNeeded: null,
    result: null,
    error: { code: 'unhealthy', message: 'It did not become healthy.' },
    output: null,
    ...otherwise,
  };
}

function seen(nodes: readonly Node[], operations: readonly Operation[] = []): readonly string[] {
  return attentionNow(nodes, operations, NOW).map(({ node, cause }) => `${node.id} ${cause.kind}`);
}

test('the most urgent first, and what is well not at all', () => {
  const unhealthy = nodeFixture('sick', { status: 'unhealthy' });
  const uncounted = nodeFixture('blind', {
    load: { sessions: null, cpuPercent: null, memoryBytes: null, problem: 'refused' },
  });
  const nodes = [
    uncounted,
    nodeFixture('well'),
    nodeFixture('drained', { status: 'drained' }),
    draining('near', { deadlineAt: at(120_000) }),
    draining('hindered', { problem: 'the hook fails' }),
    unhealthy,
    nodeFixture('gone', { status: 'offline', lastSeenAt: null }),
    nodeFixture('failing'),
    draining('late', { deadlineAt: at(-5000) }),
  ];
  expect(seen(nodes, [operation('failing', {})])).toEqual([
    'late drain-overdue',
    'failing restart-failed',
    'gone offline',
    'sick unhealthy',
    'hindered drain-hindered',
    'near drain-near',
    'blind sessions-uncounted',
  ]);
});

test.each([
  ['no deadline', {}, []],
  ['a far deadline', { deadlineAt: at(3_600_000) }, []],
  ['a far deadline that comes too soon', { deadlineAt: at(3_600_000), estimatedMsLeft: 3_700_000 }, ['n drain-near']],
  ['a near deadline with nobody left', { deadlineAt: at(1000), sessionsRemaining: 0 }, []],
  [
    'a near deadline, nobody knows how many are left',
    { deadlineAt: at(1000), sessionsRemaining: null },
    ['n drain-near'],
  ],
  ['no deadline, and slow', { estimatedMsLeft: 9_999_999 }, []],
] as const)('a drain with %s', (_name, drain, expected) => {
  expect(seen([draining('n', drain)])).toEqual(expected);
});

test('the last restart of a node counts', () => {
  const succeeded = operation('n', { status: 'succeeded', error: null });
  const failed = operation('n', {});
  expect(seen([nodeFixture('n')], [succeeded, failed])).toEqual([]);
  expect(seen([nodeFixture('n')], [failed, succeeded])).toEqual(['n restart-failed']);
});

test('what waits for somebody to confirm it', () => {
  const waiting = operation('n', { status: 'queued', error: null, confirmationNeeded: 'many fell silent' });
  expect(seen([nodeFixture('n')], [waiting])).toEqual(['n confirmation-needed']);
});

test('many nodes of one cause do not hide the one of another', () => {
  const offline = ['a', 'b', 'c', 'd', 'e'].map((id) => nodeFixture(id, { status: 'offline' }));
  const found = attentionNow([...offline, nodeFixture('sick', { status: 'unhealthy' })], [], NOW);
  const lines = linesOf(found, 3).map((line) =>
    line.kind === 'node' ? line.attention.node.id : `${line.count} more ${line.cause}, which are ${line.status}`,
  );
  expect(lines).toEqual(['a', 'b', 'c', '2 more offline, which are offline', 'sick']);
});
