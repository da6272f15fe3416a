/** A node is unavailable if and only if it is not active, or is about to be interrupted. */
import { isActive, isDisruptive } from '../operation/operation.ts';
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';

/** An interruption that is queued counts already: else two people could both take the last place. */
export function isUnavailable(node: NodeState): boolean {
  return statusOf(node) !== 'active' || interruptionOf(node) !== undefined;
}

/** Why it is unavailable, in a word or two; `null`: it is available. */
export function whyUnavailable(node: NodeState): string | null {
  const status = statusOf(node);
  if (status !== 'active') return status;
  const interruption = interruptionOf(node);
  return interruption === undefined ? null : `${interruption.command} ${interruption.status}`;
}

function interruptionOf(node: NodeState) {
  return node.operations.find((operation) => isActive(operation) && isDisruptive(operation));
}
