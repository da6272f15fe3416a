/** How far a rollout is, as the API shows it: batch by batch, and when it may be over. */
import { placesOf } from '../budget/places.ts';
import { countsOf, isInFlight, type RolloutCounts, type RolloutNodeState, type RolloutState } from './rollout.ts';
import type { RolloutView } from './rollout-view.ts';
import { unavailableNodes } from './unavailable-nodes.ts';

export interface RolloutBatch extends RolloutCounts {
  /** From 1. */
  readonly number: number;
  readonly nodes: number;
}

export function batchesOf({ nodes }: RolloutState): readonly RolloutBatch[] {
  const batches: RolloutNodeState[][] = [];
  for (const node of nodes) (batches[node.batch - 1] ??= []).push(node);
  return batches.map((batch, index) => ({ number: index + 1, nodes: batch.length, ...countsOf(batch) }));
}

/** Of its nodes, how many are out, for whatever reason, and how many may be. */
export function unavailabilityOf(
  state: RolloutState,
  view: Pick<RolloutView, 'node'>,
): { readonly now: number; readonly allowed: number } {
  const allowed = placesOf(state.header.spec.maxUnavailable, state.nodes.length);
  return { now: unavailableNodes(state, view).count, allowed };
}

/** Epoch milliseconds, by how long its nodes took so far; `null`: none is through yet, or it does not run. Its window is not looked at. */
export function expectedEndAt({ header, nodes, counts }: RolloutState, now: number): number | null {
  if (header.status !== 'running') return null;
  let tookMs = 0;
  let through = 0;
  let underWayMs = 0;
  for (const { status, startedAt, endedAt } of nodes) {
    if (startedAt === null) continue;
    if (status === 'succeeded' && endedAt !== null) {
      tookMs += endedAt - startedAt;
      through += 1;
    } else if (isInFlight(status)) underWayMs += now - startedAt;
  }
  if (through === 0) return null;
  const eachMs = tookMs / through;
  const leftMs = Math.max(eachMs, (counts.pending + counts.inProgress) * eachMs - underWayMs);
  return Math.round(
    now +
      leftMs / Math.min(placesOf(header.spec.maxUnavailable, nodes.length), counts.pending + counts.inProgress || 1),
  );
}
