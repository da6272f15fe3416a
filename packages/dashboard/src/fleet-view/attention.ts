/** What needs a person now: one line for each node that does, the most urgent first. */
import type { Node, NodeStatus, Operation } from '@sluice/contract';

/** Milliseconds before its deadline from which a drain is told of. */
const NEAR_MS = 5 * 60_000;

/** In the order in which they are told. Instants and durations are milliseconds. */
export type Cause =
  /** The deadline has passed, and the node is not drained. */
  | { readonly kind: 'drain-overdue'; readonly byMs: number }
  | { readonly kind: 'restart-failed'; readonly why: string; readonly operationId: string }
  | { readonly kind: 'offline'; readonly lastSeenAt: number | null }
  | { readonly kind: 'unhealthy'; readonly why: string | null }
  | { readonly kind: 'drain-hindered'; readonly why: string }
  /** The deadline is near, or comes before the drain would end at its present rate. */
  | { readonly kind: 'drain-near'; readonly inMs: number; readonly sessions: number | null }
  | { readonly kind: 'confirmation-needed'; readonly command: string; readonly operationId: string }
  /** A drain of it would not end by itself. */
  | { readonly kind: 'sessions-uncounted'; readonly why: string };

export interface Attention {
  readonly node: Node;
  readonly cause: Cause;
}

const URGENCY: readonly Cause['kind'][] = [
  'drain-overdue',
  'restart-failed',
  'offline',
  'unhealthy',
  'drain-hindered',
  'drain-near',
  'confirmation-needed',
  'sessions-uncounted',
];

/**
 * @param operations Restarts of late, and what is queued; the newest first.
 * @param now Epoch milliseconds.
 */
export function attentionNow(
  nodes: readonly Node[],
  operations: readonly Operation[],
  now: number,
): readonly Attention[] {
  const ofOperations = causesOf(operations);
  const found = nodes.flatMap((node) => {
    // Most nodes of most fleets; the rest of this is not free.
    if (node.status === 'active' && node.load.problem === null && !ofOperations.has(node.id)) return [];
    const causes = [...causesOfNode(node, now), ...(ofOperations.get(node.id) ?? [])];
    const [cause] = causes.sort((one, other) => urgencyOf(one) - urgencyOf(other));
    return cause === undefined ? [] : [{ node, cause }];
  });
  return found.sort((one, other) => urgencyOf(one.cause) - urgencyOf(other.cause));
}

function urgencyOf({ kind }: Cause): number {
  return URGENCY.indexOf(kind);
}

function causesOfNode(node: Node, now: number): readonly Cause[] {
  const causes: Cause[] = [];
  if (node.status === 'offline')
    causes.push({ kind: 'offline', lastSeenAt: node.lastSeenAt === null ? null : Date.parse(node.lastSeenAt) });
  if (node.status === 'unhealthy') causes.push({ kind: 'unhealthy', why: node.workload.problem });
  if (node.status === 'draining') causes.push(...causesOfDrain(node, now));
  else if (node.load.problem !== null && node.status === 'active')
    causes.push({ kind: 'sessions-uncounted', why: node.load.problem });
  return causes;
}

function causesOfDrain({ drain }: Node, now: number): readonly Cause[] {
  if (drain === null) return [];
  const { deadlineAt, problem, sessionsRemaining, estimatedMsLeft } = drain;
  const inMs = deadlineAt === null ? Infinity : Date.parse(deadlineAt) - now;
  if (inMs <= 0) return [{ kind: 'drain-overdue', byMs: -inMs }];
  if (problem !== null) return [{ kind: 'drain-hindered', why: problem }];
  const isTooSlow = estimatedMsLeft !== null && estimatedMsLeft > inMs;
  if (sessionsRemaining === 0 || (inMs > NEAR_MS && !isTooSlow)) return [];
  return inMs === Infinity ? [] : [{ kind: 'drain-near', inMs, sessions: sessionsRemaining }];
}

/** Of each node its last restart counts: one that succeeded later has mended it. */
function causesOf(operations: readonly Operation[]): ReadonlyMap<string, readonly Cause[]> {
  const causes = new Map<string, readonly Cause[]>();
  const restarted = new Set<string>();
  for (const { id, nodeId, command, status, error, confirmationNeeded } of operations) {
    const known = causes.get(nodeId) ?? [];
    if (confirmationNeeded !== null && status === 'queued')
      causes.set(nodeId, [...known, { kind: 'confirmation-needed', command, operationId: id }]);
    if (command !== 'restart' || restarted.has(nodeId)) continue;
    restarted.add(nodeId);
    if (status === 'failed' || status === 'expired')
      causes.set(nodeId, [...known, { kind: 'restart-failed', why: error?.message ?? status, operationId: id }]);
  }
  return causes;
}

/** A line of the list: a node, or that so many more have the same cause. */
export type AttentionLine =
  | { readonly kind: 'node'; readonly attention: Attention }
  | { readonly kind: 'more'; readonly cause: Cause['kind']; readonly count: number; readonly status: NodeStatus };

/** A few of each cause, so that many nodes of one do not hide the one of another. @param found The most urgent first. */
export function linesOf(found: readonly Attention[], ofEachMax: number): readonly AttentionLine[] {
  return URGENCY.flatMap((cause): readonly AttentionLine[] => {
    const same = found.filter((each) => each.cause.kind === cause);
    const nodes = same.slice(0, ofEachMax).map((attention): AttentionLine => ({ kind: 'node', attention }));
    const [next] = same.slice(ofEachMax);
    return next === undefined
      ? nodes
      : [...nodes, { kind: 'more', cause, count: same.length - ofEachMax, status: next.node.status }];
  });
}
