/** How many of a rollout's nodes are out: those in its hands, and those that are unavailable for any other reason. */
import { isUnavailable, whyUnavailable } from '../budget/unavailable.ts';
import { staysDrained } from './node-command.ts';
import { isInFlight, type RolloutState } from './rollout.ts';
import type { RolloutView } from './rollout-view.ts';

/** Nodes that a sentence names at most. */
export const NAMED_MAX = 5;

export interface UnavailableNodes {
  readonly count: number;
  /** The first of them, each with why. */
  readonly named: readonly string[];
  /** Whether one is among them whose turn is still to come: it needs no further place. */
  readonly hasPending: boolean;
}

/**
 * Those that the rollout has finished and was asked to leave out of rotation do not count.
 * Looks at every node of the rollout, and makes nothing but a few names.
 */
export function unavailableNodes({ header, nodes }: RolloutState, view: Pick<RolloutView, 'node'>): UnavailableNodes {
  const leavesThemOut = staysDrained(header.spec);
  const named: string[] = [];
  let count = 0;
  let hasPending = false;
  for (const entry of nodes) {
    if (leavesThemOut && entry.status === 'succeeded') continue;
    const node = isInFlight(entry.status) ? null : view.node(entry.nodeId);
    if (node === undefined || (node !== null && !isUnavailable(node))) continue;
    count += 1;
    if (entry.status === 'pending') hasPending = true;
    if (named.length < NAMED_MAX)
      named.push(`${entry.nodeId} (${node === null ? entry.status : (whyUnavailable(node) ?? entry.status)})`);
  }
  return { count, named, hasPending };
}

/** `a, b, c and 4 more`. */
export function namesOf(named: readonly string[], count: number): string {
  const others = count - Math.min(count, named.length);
  return `${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}
