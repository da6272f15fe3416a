/** A rollout as it is known here: the whole of it in counts, and of those nodes that tell more, each. */
import type { Operation, Rollout, RolloutNode, RolloutNodeStatus } from '@sluice/contract';
import { isInFlight } from '@sluice/core';

export interface RolloutView {
  readonly rollout: Rollout;
  /** Those that were read, by position. A batch in which all are alike need not be read. */
  readonly nodes: ReadonlyMap<number, RolloutNode>;
  /** What is under way for it, by id. */
  readonly operations: ReadonlyMap<string, Operation>;
}

export type BatchCounts = Rollout['batches'][number];

/** A batch, and how each of its nodes is, in their order. */
export interface Batch {
  readonly counts: BatchCounts;
  readonly statuses: readonly RolloutNodeStatus[];
}

/** Where a batch is known in counts alone, those that are furthest come first. */
export function batchesOf({ rollout, nodes }: RolloutView): readonly Batch[] {
  const known = new Map<number, RolloutNode[]>();
  for (const node of nodes.values()) {
    const batch = known.get(node.batch);
    if (batch === undefined) known.set(node.batch, [node]);
    else batch.push(node);
  }
  return rollout.batches.map((counts) => {
    const members = known.get(counts.number) ?? [];
    return members.length === counts.nodes
      ? { counts, statuses: members.toSorted((a, b) => a.position - b.position).map(({ status }) => status) }
      : { counts, statuses: statusesOf(counts) };
  });
}

function statusesOf({ succeeded, failed, skipped, inProgress, pending }: BatchCounts): readonly RolloutNodeStatus[] {
  const many = (count: number, status: RolloutNodeStatus) => Array.from({ length: count }, () => status);
  return [
    ...many(succeeded, 'succeeded'),
    ...many(failed, 'failed'),
    ...many(skipped, 'skipped'),
    ...many(inProgress, 'acting'),
    ...many(pending, 'pending'),
  ];
}

/** Whether all of its nodes are alike, so that its counts tell everything of it. Failed ones have a reason to be told. */
export function isUniform({ nodes, pending, succeeded }: BatchCounts): boolean {
  return nodes === pending || nodes === succeeded;
}

/** Nodes that are under way, longest first. */
export function nodesInProgress({ nodes }: RolloutView): readonly RolloutNode[] {
  return [...nodes.values()]
    .filter(({ status }) => isInFlight(status))
    .toSorted((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? '') || a.position - b.position);
}

/** Nodes that failed, newest first. */
export function nodesFailed({ nodes }: RolloutView): readonly RolloutNode[] {
  return [...nodes.values()]
    .filter(({ status }) => status === 'failed')
    .toSorted((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? '') || a.position - b.position);
}
