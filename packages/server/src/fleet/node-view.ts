/** A node as the API shows it. */
import type { DrainView, Hold, HoldView, Load, Node } from '@sluice/contract';
import { availabilityOf, estimatedMsLeft, type NodeState, statusOf } from '@sluice/core';
import { timestamp, timestampOrNull } from './timestamp.ts';

/**
 * @param load What the agent measured last; memory only.
 * @param lastSeenAt When anything was heard of the agent last; `null`: never.
 */
export function nodeView(node: NodeState, load: Load, lastSeenAt: number | null, now: number): Node {
  const { identity, workload } = node;
  return {
    id: node.id,
    name: identity.name,
    type: identity.type,
    status: statusOf(node),
    availability: availabilityOf(node),
    connected: node.session.kind === 'connected',
    ip: node.ip,
    port: identity.port,
    version: identity.version,
    region: identity.region,
    zone: identity.zone,
    labels: identity.labels,
    resources: node.resources,
    load: {
      // While it drains the agent reports each session that leaves; its load comes with the next heartbeat.
      sessions: node.drain?.sessionsRemaining ?? load.sessions,
      cpuPercent: load.cpuPercent,
      memoryBytes: load.memoryBytes,
      problem: load.problem,
    },
    workload: {
      driver: workload.driver,
      phase: workload.phase,
      healthy: workload.healthy,
      incarnation: workload.incarnation,
      startedAt: timestampOrNull(workload.startedAt),
      problem: workload.problem,
      locks: workload.locks.map(({ reason, since, expiresAt }) => ({
        reason,
        since: timestamp(since),
        expiresAt: timestamp(expiresAt),
      })),
    },
    drain: drainView(node, now),
    holds: node.holds.map(holdView),
    lastSeenAt: timestampOrNull(lastSeenAt),
    createdAt: timestamp(node.createdAt),
    updatedAt: timestamp(node.updatedAt),
    revision: node.revision,
  };
}

function holdView(hold: Hold): HoldView {
  const { name, owner, reason, placedAt, expiresAt, deadlineAt } = hold;
  return {
    name,
    owner,
    reason,
    placedAt: timestamp(placedAt),
    expiresAt: timestampOrNull(expiresAt),
    deadlineAt: timestampOrNull(deadlineAt),
  };
}

/** Of several holds the one with the earliest deadline is shown, because that one ends something first; else the newest. */
function drainView(node: NodeState, now: number): DrainView | null {
  const { drain } = node;
  const newest = node.holds.at(-1);
  if (drain === null || newest === undefined) return null;
  const first = node.holds
    .filter((hold) => hold.deadlineAt !== null)
    .reduce<Hold | null>(
      (one, other) => (one === null || (other.deadlineAt ?? 0) < (one.deadlineAt ?? 0) ? other : one),
      null,
    );
  const shown = first ?? newest;
  return {
    reason: shown.reason,
    requestedBy: shown.owner,
    startedAt: timestamp(drain.startedAt),
    deadlineAt: timestampOrNull(first?.deadlineAt ?? null),
    onDeadline: shown.onDeadline,
    phase: drain.phase,
    sessionsAtStart: drain.sessionsAtStart,
    sessionsRemaining: drain.sessionsRemaining,
    blockers: [...drain.blockers],
    estimatedMsLeft: estimatedMsLeft(node, now),
    problem: drain.problem,
    forced: drain.drained?.evidence.kind === 'forced',
  };
}
