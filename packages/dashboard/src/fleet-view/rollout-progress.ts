/** How far a rollout is: the parts of its bar, the batch that it is at, and its nodes by what they need of a reader. */
import type { Rollout, RolloutNode, RolloutNodeStatus } from '@sluice/contract';

/** In the order in which a node goes through them; the ends last. */
export const ROLLOUT_NODE_STATUSES: readonly RolloutNodeStatus[] = [
  'pending',
  'draining',
  'acting',
  'undraining',
  'settling',
  'succeeded',
  'failed',
  'skipped',
];

type Part = 'succeeded' | 'failed' | 'skipped' | 'inProgress' | 'pending';

/** As they stand in the bar, from what is done to what is not begun. */
export const BAR_PARTS: readonly Part[] = ['succeeded', 'skipped', 'failed', 'inProgress', 'pending'];

/** Nodes that are dealt with, whatever came of it. */
export function doneOf({ succeeded, failed, skipped }: Rollout['counts']): number {
  return succeeded + failed + skipped;
}

/** Whole percent, rounded down: a hundred is said only when nothing is left. */
export function percentDone(counts: Rollout['counts']): number {
  return counts.nodes === 0 ? 100 : Math.floor((100 * doneOf(counts)) / counts.nodes);
}

/** The number of the first batch that is not dealt with; `null`: all are. */
export function batchNow(batches: Rollout['batches']): number | null {
  return batches.find(({ pending, inProgress }) => pending + inProgress > 0)?.number ?? null;
}

export function isInFlight({ status }: Pick<RolloutNode, 'status'>): boolean {
  return status === 'draining' || status === 'acting' || status === 'undraining' || status === 'settling';
}

/** Batch after batch, each in the order of its nodes. */
export function nodesByBatch(nodes: readonly RolloutNode[]): readonly (readonly RolloutNode[])[] {
  const batches = new Map<number, RolloutNode[]>();
  for (const node of nodes) {
    const members = batches.get(node.batch);
    if (members === undefined) batches.set(node.batch, [node]);
    else members.push(node);
  }
  return [...batches].sort(([one], [other]) => one - other).map(([, members]) => members);
}

/** The id of the rollout that an actor or a hold is named after; `null`: it is another's. */
export function rolloutIdIn(name: string): string | null {
  return /^rollout\/(?<id>[^/]+)$/u.exec(name)?.groups?.['id'] ?? null;
}
