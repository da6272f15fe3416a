/** From when on the node counts as out of rotation: balancers were told, where they are told, and had their time to notice. */
import type { AgentState, LeavingRotation } from './agent-state.ts';

/**
 * Epoch milliseconds from which nothing new should reach the workload any more; `null`: a balancer that is told has not confirmed it.
 * @param since When the node was taken out of rotation.
 */
export function settledAt({ settings, rotation, rotationConfirmedAt }: AgentState, since: number): number | null {
  if (settings.confirmsRotation !== true) return since + settings.settleMs;
  if (rotation.word === 'ready' || rotationConfirmedAt === null) return null;
  return Math.max(since, rotationConfirmedAt) + settings.settleMs;
}

/** When a restart may replace the workload; `null`: not before a balancer has confirmed. */
export function mayReplaceAt(state: AgentState, { since }: LeavingRotation): number | null {
  return since.wasInRotation ? settledAt(state, since.at) : since.at;
}
