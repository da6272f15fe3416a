/** How a drain gets on: how long it will still take, from its own rate. */
import type { NodeState } from '../node/node.ts';

/**
 * Milliseconds until the last session has left, at the rate of this drain so far.
 * `null`: it has no rate yet, or nobody counts.
 */
export function estimatedMsLeft(node: NodeState, now: number): number | null {
  const { drain } = node;
  if (drain === null || drain.drained !== null) return null;
  const { sessionsAtStart, sessionsRemaining, startedAt } = drain;
  if (sessionsAtStart === null || sessionsRemaining === null) return null;
  const left = sessionsAtStart - sessionsRemaining;
  const elapsedMs = now - startedAt;
  if (left <= 0 || elapsedMs <= 0) return null;
  return Math.round((elapsedMs / left) * sessionsRemaining);
}
