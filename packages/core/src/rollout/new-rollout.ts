/** A rollout as it starts: every node has its place in the order, and none has had its turn. */
import { countsOf, type RolloutHeader, type RolloutNodeState, type RolloutState } from './rollout.ts';

/** A node that has not had its turn. */
export function newRolloutNode(
  nodeId: string,
  position: number,
  { spec, batchSize }: Pick<RolloutHeader, 'spec' | 'batchSize'>,
): RolloutNodeState {
  return {
    nodeId,
    position,
    batch: batchOf(position, batchSize, spec.canary ?? 0),
    status: 'pending',
    detail: null,
    attempt: 1,
    operationIds: [],
    operationId: null,
    startedAt: null,
    endedAt: null,
    settleBy: null,
    healthySince: null,
    notBefore: null,
    endsAs: null,
  };
}

/** The wave that a position belongs to: those of the canary first, the others after them. */
export function batchOf(position: number, batchSize: number, canary: number): number {
  if (position <= canary) return Math.ceil(position / batchSize);
  return Math.ceil(canary / batchSize) + Math.ceil((position - canary) / batchSize);
}

/** @param nodeIds In their order. */
export function newRollout(
  header: Omit<RolloutHeader, 'status' | 'pause' | 'ending' | 'error' | 'updatedAt' | 'endedAt' | 'revision'>,
  nodeIds: readonly string[],
): RolloutState {
  const nodes = nodeIds.map((nodeId, index) => newRolloutNode(nodeId, index + 1, header));
  return {
    header: {
      ...header,
      status: 'running',
      pause: null,
      ending: null,
      error: null,
      updatedAt: header.createdAt,
      endedAt: null,
      revision: 1,
    },
    nodes,
    counts: countsOf(nodes),
    inFlight: [],
    pendingFrom: 1,
    positions: new Map(nodes.map(({ nodeId, position }) => [nodeId, position])),
  };
}
