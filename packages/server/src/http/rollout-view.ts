/** A rollout and its nodes as the API shows them. */
import type { Rollout, RolloutNode } from '@sluice/contract';
import {
  batchesOf,
  expectedEndAt,
  isEnded,
  type RolloutBatch,
  type RolloutCounts,
  type RolloutNodeState,
  type RolloutState,
  unavailabilityOf,
} from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';
import { type RolloutSummary, summaryOf } from '../fleet/stored-rollouts.ts';
import { timestamp, timestampOrNull } from '../fleet/timestamp.ts';
import type { RolloutOutlook } from '../rollouts/rollout-runner.ts';

/** What a view tells of one that goes on, beside its state. */
export interface RolloutNow {
  readonly outlook: RolloutOutlook;
  readonly fleet: Pick<Fleet, 'node' | 'now'>;
}

/** With its batches. */
export function rolloutView(state: RolloutState, { outlook, fleet }: RolloutNow): Rollout {
  const view = { node: (nodeId: string) => fleet.node(nodeId)?.state };
  return {
    ...summaryView(summaryOf(state)),
    waiting: outlook.waiting,
    batches: batchesOf(state).map(batchView),
    expectedEndAt: timestampOrNull(expectedEndAt(state, fleet.now())),
    unavailable: isEnded(state.header) ? { now: 0, allowed: state.header.batchSize } : unavailabilityOf(state, view),
  };
}

/** As the store has it: with its batches only where it has ended. */
export function summaryView({ header, counts, batches }: RolloutSummary): Rollout {
  const { pause, spec } = header;
  return {
    id: header.id,
    status: header.status,
    pause: pause === null ? null : { ...pause, at: timestamp(pause.at) },
    waiting: null,
    error: header.error ?? header.ending?.detail ?? null,
    spec,
    createdBy: header.createdBy,
    createdAt: timestamp(header.createdAt),
    updatedAt: timestamp(header.updatedAt),
    endedAt: timestampOrNull(header.endedAt),
    counts: { nodes: totalOf(counts), ...counts },
    unavailable: { now: counts.inProgress, allowed: header.batchSize },
    batches: (batches ?? []).map(batchView),
    newNodes: [...header.newNodeIds],
    newNodesCount: header.newNodeIds.length + header.otherNewNodes,
    expectedEndAt: null,
    revision: header.revision,
  };
}

export function rolloutNodeView(node: RolloutNodeState): RolloutNode {
  const { nodeId, position, batch, status, detail, attempt, operationIds, startedAt, endedAt } = node;
  return {
    nodeId,
    position,
    batch,
    status,
    detail,
    attempt,
    operationIds: [...operationIds],
    startedAt: timestampOrNull(startedAt),
    endedAt: timestampOrNull(endedAt),
  };
}

function batchView({ number, nodes, pending, inProgress, succeeded, failed, skipped }: RolloutBatch) {
  return { number, nodes, pending, inProgress, succeeded, failed, skipped };
}

function totalOf({ pending, inProgress, succeeded, failed, skipped }: RolloutCounts): number {
  return pending + inProgress + succeeded + failed + skipped;
}
