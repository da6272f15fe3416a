/** Statuses for the eye: each has a symbol and its word; the colour only repeats them. */
import type { Node, NodeStatus, OperationStatus } from '@sluice/contract';
import type { Cell } from './table.ts';
import { durationInWords } from '@sluice/core';
import { untilInWords } from './time-in-words.ts';

const NODE_STATUS: Readonly<Record<NodeStatus, Cell>> = {
  active: { text: '● active', colour: 'green' },
  draining: { text: '◐ draining', colour: 'yellow' },
  drained: { text: '○ drained', colour: 'blue' },
  restarting: { text: '↻ restarting', colour: 'yellow' },
  unhealthy: { text: '▲ unhealthy', colour: 'red' },
  offline: { text: '✕ offline', colour: 'red' },
};

const OPERATION_STATUS: Readonly<Record<OperationStatus, Cell>> = {
  queued: { text: '◌ queued', colour: 'grey' },
  running: { text: '◐ running', colour: 'yellow' },
  succeeded: { text: '✓ succeeded', colour: 'green' },
  failed: { text: '✗ failed', colour: 'red' },
  cancelled: { text: '– cancelled', colour: 'grey' },
  expired: { text: '✗ expired', colour: 'red' },
};

/** A status of a newer server that this version does not know is shown as its word. */
export function nodeStatusCell(status: NodeStatus): Cell {
  return NODE_STATUS[status] ?? { text: `? ${String(status)}` };
}

export function operationStatusCell(status: OperationStatus): Cell {
  return OPERATION_STATUS[status] ?? { text: `? ${String(status)}` };
}

/** `7 of 12 sessions left · deadline in 24 s · about 15 s left`: how a drain gets on, the most telling first. */
export function drainProgressParts(drain: {
  readonly sessionsAtStart: number | null;
  readonly sessionsRemaining: number | null;
  readonly deadlineAt: string | null;
  readonly estimatedMsLeft: number | null;
  readonly nowMs: number;
}): readonly string[] {
  const { sessionsAtStart, sessionsRemaining, deadlineAt, estimatedMsLeft, nowMs } = drain;
  const parts: string[] = [];
  if (sessionsRemaining !== null) {
    const of = sessionsAtStart === null || sessionsAtStart < sessionsRemaining ? '' : ` of ${sessionsAtStart}`;
    parts.push(`${sessionsRemaining}${of} ${of === '' && sessionsRemaining === 1 ? 'session' : 'sessions'} left`);
  }
  if (deadlineAt !== null)
    parts.push(Date.parse(deadlineAt) <= nowMs ? 'deadline passed' : `deadline in ${untilInWords(deadlineAt, nowMs)}`);
  if (estimatedMsLeft !== null && sessionsRemaining !== 0) parts.push(`about ${durationInWords(estimatedMsLeft)} left`);
  return parts;
}

/** What an operator should see of a node beside its status, in a few words; empty when there is nothing. */
export function remarkOf(node: Node, nowMs: number): string {
  if (node.workload.problem !== null && node.status !== 'offline') return node.workload.problem;
  if (node.status === 'draining' && node.drain !== null) {
    return node.drain.problem ?? drainProgressParts({ ...node.drain, nowMs }).join(' · ');
  }
  if (node.holds.length > 0) return node.holds.map((hold) => hold.reason ?? `held by ${hold.owner}`).join('; ');
  return node.load.problem ?? '';
}
