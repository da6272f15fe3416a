/** Rollouts for tests of what is shown: of any size, at any point of their way. */
import type { Operation, Rollout, RolloutNode, RolloutNodeStatus, RolloutPlan, RolloutSpec } from '@sluice/contract';
import { isInFlight } from '@sluice/core';
import type { RolloutView } from './rollout-view.ts';

export const NOW_MS = Date.parse('2026-11-23T12:00:00.000Z');
export const at = (seconds: number) => new Date(NOW_MS + seconds * 1000).toISOString();

const SPEC: RolloutSpec = {
  reason: 'build 4182',
  selector: 'game=chess',
  command: { kind: 'restart' },
  order: { by: 'zone' },
  maxUnavailable: '25%',
  drainTimeoutSeconds: 900,
  onDeadline: 'force',
};

export interface RolloutShape {
  readonly nodes: number;
  readonly batchSize: number;
  /** By position, from 1. */
  readonly statusOf: (position: number) => RolloutNodeStatus;
  readonly rollout?: Partial<Rollout>;
  readonly spec?: Partial<RolloutSpec>;
}

export const nodeIdOf = (position: number) => `lobby-${position}`;

export function viewOf(shape: RolloutShape): RolloutView {
  const nodes = Array.from({ length: shape.nodes }, (_, index) => nodeOf(index + 1, shape));
  const batches = Array.from({ length: Math.ceil(shape.nodes / shape.batchSize) }, (_, index) => ({
    number: index + 1,
    ...countsOf(nodes.filter(({ batch }) => batch === index + 1)),
  }));
  const operations = nodes
    .filter(({ status }) => status === 'draining' || status === 'acting')
    .map((node, index) => operationOf(node, index));
  return {
    rollout: {
      id: 'ro_01jd2x8q',
      status: 'running',
      pause: null,
      waiting: null,
      error: null,
      spec: { ...SPEC, ...shape.spec },
      createdBy: 'ann',
      createdAt: at(-1800),
      updatedAt: at(-1),
      endedAt: null,
      counts: countsOf(nodes),
      unavailable: { now: nodes.filter(({ status }) => isInFlight(status)).length, allowed: shape.batchSize },
      batches,
      newNodes: [],
      newNodesCount: 0,
      expectedEndAt: at(2280),
      revision: 1,
      ...shape.rollout,
    },
    nodes: new Map(nodes.map((node) => [node.position, node])),
    operations: new Map(operations.map((operation) => [operation.id, operation])),
  };
}

function countsOf(nodes: readonly RolloutNode[]): Rollout['counts'] {
  const count = (...statuses: readonly RolloutNodeStatus[]) =>
    nodes.filter(({ status }) => statuses.includes(status)).length;
  return {
    nodes: nodes.length,
    pending: count('pending'),
    inProgress: count('draining', 'acting', 'undraining', 'settling'),
    succeeded: count('succeeded'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}

function nodeOf(position: number, { batchSize, statusOf }: RolloutShape): RolloutNode {
  const status = statusOf(position);
  const hasBegun = status !== 'pending' && status !== 'skipped';
  const details: Partial<Record<RolloutNodeStatus, string>> = {
    failed: 'It did not become healthy within 10 min: the health check gave no answer.',
    skipped: 'It was offline at its turn.',
  };
  return {
    nodeId: nodeIdOf(position),
    position,
    batch: Math.ceil(position / batchSize),
    status,
    detail: details[status] ?? null,
    attempt: 1,
    operationIds: hasBegun ? [`op_${position}`] : [],
    startedAt: hasBegun ? at(-60 - position) : null,
    endedAt: status === 'succeeded' || status === 'failed' || status === 'skipped' ? at(-10) : null,
  };
}

function operationOf(node: RolloutNode, index: number): Operation {
  const isDrain = node.status === 'draining';
  return {
    id: node.operationIds.at(-1) ?? '',
    nodeId: node.nodeId,
    command: isDrain ? 'drain' : 'restart',
    status: 'running',
    phase: isDrain ? 'waiting for sessions' : 'waiting for health',
    reason: null,
    requestedBy: 'rollout/ro_01jd2x8q',
    requestedFrom: null,
    parameters: {},
    progress: isDrain
      ? { sessionsAtStart: 12, sessionsRemaining: 11 - (index % 11), estimatedMsLeft: 15_000, problem: null }
      : null,
    deliverBy: null,
    deadlineAt: isDrain ? at(600) : null,
    createdAt: at(-60),
    startedAt: at(-60),
    endedAt: null,
    result: null,
    error: null,
    cancelRequested: null,
    confirmationNeeded: null,
    output: null,
  };
}

export function planOf(nodes: number, batchSize: number, change: Partial<RolloutPlan> = {}): RolloutPlan {
  const all = Array.from({ length: nodes }, (_, index) => ({
    id: nodeIdOf(index + 1),
    status: 'active',
    sessions: (index * 7) % 23,
  }));
  const sum = (of: typeof all) => of.reduce((total, { sessions }) => total + sessions, 0);
  const batches = Array.from({ length: Math.ceil(nodes / batchSize) }, (_, index) => {
    const members = all.slice(index * batchSize, (index + 1) * batchSize);
    return { number: index + 1, nodes: members, sessions: sum(members) };
  });
  return {
    planHash: '9f2c4e1ab07d5c38',
    spec: SPEC,
    nodes,
    maxUnavailable: batchSize,
    batches,
    skipped: [],
    sessions: sum(all),
    uncountedNodes: 0,
    budgets: [],
    duration: null,
    warnings: [],
    ...change,
  };
}
