/** The state of a rollout: what is recorded of it and of each of its nodes, and the few derived values that everything else asks for. */
import type { RolloutNodeStatus, RolloutPause, RolloutSpec, RolloutStatus } from '@sluice/contract';

/** What was asked for, with its defaults filled in. */
export type NormalSpec = RolloutSpec &
  Required<
    Pick<
      RolloutSpec,
      | 'order'
      | 'maxUnavailable'
      | 'drainFirst'
      | 'drainTimeoutSeconds'
      | 'onDeadline'
      | 'undrainAfter'
      | 'healthySeconds'
      | 'healthyWithinSeconds'
      | 'maxFailures'
      | 'onFailures'
      | 'offline'
      | 'includeNew'
      | 'stallSeconds'
    >
  >;

/**
 * Where a node is in the rollout's hands.
 * - `draining`: the rollout's hold was asked for; left when its drain has ended.
 * - `acting`: the command was asked for; left when its operation has ended.
 * - `undraining`: the release of the hold was asked for; left when that operation has ended.
 * - `settling`: it must be as it should be for a while without a break.
 */
export type RolloutStepName = 'draining' | 'acting' | 'undraining' | 'settling';

/** One node of a rollout. Instants are epoch milliseconds. A row of the store. */
export interface RolloutNodeState {
  readonly nodeId: string;
  /** From 1, in the order of turns; never changes. */
  readonly position: number;
  /** From 1: the wave of the plan that it belongs to. */
  readonly batch: number;
  readonly status: RolloutNodeStatus;
  /** Why it failed, was skipped or put back, or what is wrong while it settles. */
  readonly detail: string | null;
  /** From 1; grows with each retry. */
  readonly attempt: number;
  /** Of this attempt, in their order. */
  readonly operationIds: readonly string[];
  /** The operation of the step that it is at; `null`: not asked for yet, or nobody knows whether it was. */
  readonly operationId: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Settling: when it has failed if it is not done. */
  readonly settleBy: number | null;
  /** Settling: since when it is as it should be. */
  readonly healthySince: number | null;
  /** Pending: it is not tried before. */
  readonly notBefore: number | null;
  /** Undraining: how its turn ends then, whatever else happens. */
  readonly endsAs: { readonly status: 'failed' | 'skipped'; readonly detail: string } | null;
}

/** Everything of a rollout but its nodes. Instants are epoch milliseconds. A row of the store. */
export interface RolloutHeader {
  readonly id: string;
  readonly status: RolloutStatus;
  readonly pause: {
    readonly because: RolloutPause['because'];
    readonly detail: string;
    readonly by: string;
    readonly at: number;
  } | null;
  /** While it is `cancelling`: what it ends as. `failed`: too many nodes failed. */
  readonly ending: { readonly as: 'cancelled' | 'failed'; readonly detail: string } | null;
  /** Why it failed. */
  readonly error: string | null;
  readonly spec: NormalSpec;
  /** Nodes of one batch of the plan. */
  readonly batchSize: number;
  readonly createdBy: string;
  /** The selector of the token that it was started with: who started it may act upon these nodes, and upon no others. Absent: it had none. */
  readonly scope?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly endedAt: number | null;
  /** Grows by one with every event. */
  readonly revision: number;
  /** When it began to run last: its start, a resumption, a retry. */
  readonly runningSince: number;
  /** When a node's turn last got on, or it began to run. */
  readonly progressedAt: number;
  /** A person said that the nodes behind the canary may follow. */
  readonly isApproved: boolean;
  /** Failed nodes that a resumption passed over: as many more may fail as at the start. */
  readonly failuresForgiven: number;
  /** Nodes that joined since the start, match, and are not taken: the first of them. */
  readonly newNodeIds: readonly string[];
  /** Beside those that are named: how many such nodes were there at once, at most. */
  readonly otherNewNodes: number;
}

/** How many of its nodes are at what. */
export interface RolloutCounts {
  readonly pending: number;
  readonly inProgress: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface RolloutState {
  readonly header: RolloutHeader;
  /** By position: the node at position 1 is the first. */
  readonly nodes: readonly RolloutNodeState[];
  /** Follows from the nodes, so that nobody has to count them at every step. */
  readonly counts: RolloutCounts;
  /** Positions of the nodes in its hands, in the order in which they began. */
  readonly inFlight: readonly number[];
  /** Before this position nobody is pending. */
  readonly pendingFrom: number;
  /** Of each node its position; 0 of those that joined and are not taken. */
  readonly positions: ReadonlyMap<string, number>;
}

/** Why a node is skipped that is not there any more. */
export const LEFT_THE_FLEET = 'It left the fleet.';

const HOLD_PREFIX = 'rollout/';

/**
 * Nodes that joined and are named, at most. A fleet that scales by itself adds nodes for as long as a rollout is there: what is
 * written with each of its steps must not grow with them.
 */
export const NEW_NODES_NAMED_MAX = 100;

/** The hold that a rollout places on its nodes, and the name it acts under. */
export function holdOf(rolloutId: string): string {
  return `${HOLD_PREFIX}${rolloutId}`;
}

/** Whether a rollout placed this hold; it acts under the same name. */
export function isRolloutHold(hold: string): boolean {
  return hold.startsWith(HOLD_PREFIX);
}

export function isEnded({ status }: Pick<RolloutHeader, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

export function isInFlight(status: RolloutNodeStatus): status is RolloutStepName {
  return status === 'draining' || status === 'acting' || status === 'undraining' || status === 'settling';
}

/** The state as its rows say it: what the server reads when it starts. */
export function rolloutOf(header: RolloutHeader, nodes: readonly RolloutNodeState[]): RolloutState {
  const inFlight = nodes.filter(({ status }) => isInFlight(status)).toSorted(byStart);
  const firstPending = nodes.findIndex(({ status }) => status === 'pending');
  return {
    header,
    nodes,
    counts: countsOf(nodes),
    inFlight: inFlight.map(({ position }) => position),
    pendingFrom: firstPending === -1 ? nodes.length + 1 : firstPending + 1,
    positions: new Map([
      ...header.newNodeIds.map((nodeId) => [nodeId, 0] as const),
      ...nodes.map(({ nodeId, position }) => [nodeId, position] as const),
    ]),
  };
}

function byStart(one: RolloutNodeState, other: RolloutNodeState): number {
  return (one.startedAt ?? 0) - (other.startedAt ?? 0) || one.position - other.position;
}

/** How many of these nodes are at what. */
export function countsOf(nodes: Iterable<Pick<RolloutNodeState, 'status'>>): RolloutCounts {
  const counts = { pending: 0, inProgress: 0, succeeded: 0, failed: 0, skipped: 0 };
  for (const { status } of nodes) counts[isInFlight(status) ? 'inProgress' : status] += 1;
  return counts;
}

/** The nodes that differ between two states of a rollout: the rows to write. */
export function changedNodes(before: RolloutState | null, after: RolloutState): readonly RolloutNodeState[] {
  if (before === null) return after.nodes;
  return before.nodes === after.nodes ? [] : after.nodes.filter((node, index) => node !== before.nodes[index]);
}
