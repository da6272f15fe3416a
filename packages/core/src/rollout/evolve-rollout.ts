/** `evolveRollout`: how events change a rollout's state. Total: what an event says of a node that is not there changes nothing. */
import type { RolloutEvent } from '@sluice/contract';
import { newRolloutNode } from './new-rollout.ts';
import {
  isInFlight,
  type RolloutCounts,
  type RolloutHeader,
  type RolloutNodeState,
  type RolloutState,
} from './rollout.ts';

/** A state that is changed. Its nodes are copied once for all events together, and only if one changes: there may be 50,000. */
interface Changing {
  readonly before: readonly RolloutNodeState[];
  copy: RolloutNodeState[] | null;
  header: RolloutHeader;
  inFlight: number[];
  pendingFrom: number;
  positions: ReadonlyMap<string, number>;
  readonly counts: { -readonly [Name in keyof RolloutCounts]: number };
}

/**
 * Pure. The start of a rollout is no change of one: `decideRollout` answers it with its first state.
 * @param at Epoch milliseconds: when the events happened.
 */
export function evolveRollout(state: RolloutState, events: readonly RolloutEvent[], at: number): RolloutState {
  if (events.length === 0) return state;
  const changing: Changing = {
    before: state.nodes,
    copy: null,
    header: state.header,
    inFlight: [...state.inFlight],
    pendingFrom: state.pendingFrom,
    positions: state.positions,
    counts: { ...state.counts },
  };
  for (const event of events) change(changing, event, at);
  const { counts, positions } = changing;
  const nodes = nodesOf(changing);
  let { pendingFrom } = changing;
  while (pendingFrom <= nodes.length && nodes[pendingFrom - 1]?.status !== 'pending') pendingFrom += 1;
  const revision = state.header.revision + events.length;
  const header = { ...changing.header, revision, updatedAt: at };
  return { header, nodes, counts, inFlight: changing.inFlight, pendingFrom, positions };
}

/** The nodes, to be changed. */
function ownNodes(state: Changing): RolloutNodeState[] {
  state.copy ??= [...state.before];
  return state.copy;
}

function nodesOf({ copy, before }: Changing): readonly RolloutNodeState[] {
  return copy ?? before;
}

function change(state: Changing, event: RolloutEvent, at: number): void {
  const { header } = state;
  switch (event.kind) {
    case 'RolloutStarted':
      break;
    case 'RolloutPaused': {
      const { because, detail, by } = event;
      state.header = { ...header, status: 'paused', pause: { because, detail, by, at } };
      break;
    }
    case 'RolloutResumed':
      state.header = {
        ...running(header, at),
        isApproved: header.isApproved || header.pause?.because === 'canary',
        failuresForgiven: state.counts.failed,
      };
      break;
    case 'RolloutApproved':
      state.header = { ...running(header, at), isApproved: true };
      break;
    case 'RolloutCancelled': {
      const detail = `cancelled by ${event.by}${event.reason === null ? '' : `: ${event.reason}`}`;
      state.header = { ...header, status: 'cancelling', pause: null, ending: { as: 'cancelled', detail } };
      break;
    }
    case 'RolloutAborted':
      state.header = { ...header, status: 'cancelling', pause: null, ending: { as: 'failed', detail: event.detail } };
      break;
    case 'RolloutRetried':
      retry(state, at);
      break;
    case 'RolloutNodesJoined':
      join(state, event);
      break;
    case 'RolloutTimesShifted':
      shift(state, event.byMs);
      break;
    case 'RolloutEnded': {
      const { status, error } = event;
      state.header = { ...header, status, error, pause: null, ending: null, endedAt: at };
      break;
    }
    case 'RolloutNodeBegun':
    case 'RolloutNodeOperationRequested':
    case 'RolloutNodeAdvanced':
    case 'RolloutNodeHealthChanged':
    case 'RolloutNodePutBack':
    case 'RolloutNodeEnded': {
      const node = nodesOf(state)[(state.positions.get(event.nodeId) ?? 0) - 1];
      if (node !== undefined) replace(state, node, changedNode(node, event, header, at));
      if (isProgress(event)) state.header = { ...state.header, progressedAt: at };
    }
  }
}

/** Beginning alone is none: what is begun and put back for ever gets nowhere. */
function isProgress({ kind }: NodeEvent): boolean {
  return kind === 'RolloutNodeOperationRequested' || kind === 'RolloutNodeAdvanced' || kind === 'RolloutNodeEnded';
}

function running(header: RolloutHeader, at: number): RolloutHeader {
  return { ...header, status: 'running', pause: null, runningSince: at, progressedAt: at };
}

type NodeEvent = Extract<
  RolloutEvent,
  {
    kind:
      | 'RolloutNodeBegun'
      | 'RolloutNodeOperationRequested'
      | 'RolloutNodeAdvanced'
      | 'RolloutNodeHealthChanged'
      | 'RolloutNodePutBack'
      | 'RolloutNodeEnded';
  }
>;

function changedNode(node: RolloutNodeState, event: NodeEvent, header: RolloutHeader, at: number): RolloutNodeState {
  switch (event.kind) {
    case 'RolloutNodeBegun':
      return { ...idle(node), status: event.status, detail: null, startedAt: at };
    case 'RolloutNodeOperationRequested': {
      const { operationId } = event;
      return { ...node, operationId, operationIds: [...node.operationIds, operationId] };
    }
    case 'RolloutNodeAdvanced': {
      const { status, endsAs, healthySince } = event;
      const settleBy = status === 'settling' ? at + header.spec.healthyWithinSeconds * 1000 : null;
      return { ...node, status, endsAs, healthySince, settleBy, operationId: null };
    }
    case 'RolloutNodeHealthChanged':
      return { ...node, healthySince: event.healthySince, detail: event.detail };
    case 'RolloutNodePutBack': {
      const { detail, notBefore } = event;
      return { ...idle(node), status: 'pending', detail, notBefore, startedAt: null };
    }
    case 'RolloutNodeEnded':
      return { ...idle(node), status: event.status, detail: event.detail, endedAt: at };
  }
}

/** Nothing is awaited of it. */
function idle(node: RolloutNodeState): RolloutNodeState {
  return { ...node, operationId: null, settleBy: null, healthySince: null, notBefore: null, endsAs: null };
}

function replace(state: Changing, before: RolloutNodeState, after: RolloutNodeState): void {
  const { position } = before;
  ownNodes(state)[position - 1] = after;
  if (before.status === after.status) return;
  state.counts[isInFlight(before.status) ? 'inProgress' : before.status] -= 1;
  state.counts[isInFlight(after.status) ? 'inProgress' : after.status] += 1;
  if (isInFlight(after.status) && !isInFlight(before.status)) state.inFlight.push(position);
  if (!isInFlight(after.status) && isInFlight(before.status))
    state.inFlight = state.inFlight.filter((other) => other !== position);
  if (after.status === 'pending') state.pendingFrom = Math.min(state.pendingFrom, position);
}

/** Those that failed have their turn once more. One that had ended, or had stopped because of them, goes on. */
function retry(state: Changing, at: number): void {
  for (const node of nodesOf(state)) {
    if (node.status !== 'failed') continue;
    const again = { status: 'pending', detail: null, operationIds: [], startedAt: null, endedAt: null } as const;
    replace(state, node, { ...idle(node), ...again, attempt: node.attempt + 1 });
  }
  const { status, pause } = state.header;
  const goesOn = status !== 'paused' || pause?.because === 'failures';
  state.header = {
    ...(goesOn ? running(state.header, at) : state.header),
    endedAt: null,
    error: null,
    failuresForgiven: 0,
  };
}

function join(state: Changing, event: Extract<RolloutEvent, { kind: 'RolloutNodesJoined' }>): void {
  const { header } = state;
  const positions = new Map(state.positions);
  const joined = event.nodeIds.filter((nodeId) => !positions.has(nodeId));
  if (!event.areIncluded)
    state.header = {
      ...header,
      newNodeIds: [...header.newNodeIds, ...joined],
      otherNewNodes: Math.max(header.otherNewNodes, event.others),
    };
  for (const nodeId of joined) {
    if (!event.areIncluded) {
      positions.set(nodeId, 0);
      continue;
    }
    const node = newRolloutNode(nodeId, nodesOf(state).length + 1, header);
    ownNodes(state).push(node);
    positions.set(nodeId, node.position);
    state.counts.pending += 1;
  }
  state.positions = positions;
}

function shift(state: Changing, byMs: number): void {
  const shifted = (at: number | null) => (at === null ? null : at + byMs);
  for (const node of nodesOf(state)) {
    const { settleBy, healthySince, notBefore } = node;
    if (settleBy === null && healthySince === null && notBefore === null) continue;
    ownNodes(state)[node.position - 1] = {
      ...node,
      settleBy: shifted(settleBy),
      healthySince: shifted(healthySince),
      notBefore: shifted(notBefore),
    };
  }
  const { runningSince, progressedAt } = state.header;
  state.header = { ...state.header, runningSince: runningSince + byMs, progressedAt: progressedAt + byMs };
}
