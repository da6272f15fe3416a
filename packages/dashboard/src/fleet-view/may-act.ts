/** Whether a button may be pressed, and the reason why not: the rules are those of the server. */
import type { Node, Role, WorkloadLock } from '@sluice/contract';
import { hasRole, nodeCan } from '@sluice/core';

export type NodeAction = 'drain' | 'undrain' | 'restart';

export type WhyNot =
  | { readonly kind: 'role'; readonly needed: Role }
  | { readonly kind: 'not-connected' }
  | { readonly kind: 'nothing-selected' }
  /** In the server's own words. */
  | { readonly kind: 'refused'; readonly detail: string };

interface Asker {
  readonly role: Role;
  /** Whether the server can be asked now. */
  readonly isConnected: boolean;
}

/** The role that a route needs is the contract's; acting on nodes needs this one. */
const ACTING: Role = 'operator';

/** @param now Epoch milliseconds. @returns `null`: it may be pressed. */
export function whyNotAct(
  action: NodeAction,
  nodes: readonly Node[],
  { role, isConnected }: Asker,
  now: number,
): WhyNot | null {
  if (!hasRole({ role }, ACTING)) return { kind: 'role', needed: ACTING };
  if (!isConnected) return { kind: 'not-connected' };
  const [first] = nodes;
  if (first === undefined) return { kind: 'nothing-selected' };
  // Of many, those that may not are refused one by one, each with its reason.
  if (action !== 'restart' || nodes.length > 1) return null;
  const refusal = nodeCan.beInterrupted({ id: first.id, workload: { locks: locksOf(first) } }, now);
  return refusal === null ? null : { kind: 'refused', detail: refusal.detail };
}

/** With instants as numbers, as the rules take them. */
function locksOf({ workload }: Node): readonly WorkloadLock[] {
  return workload.locks.map(({ reason, since, expiresAt }) => ({
    reason,
    since: Date.parse(since),
    expiresAt: Date.parse(expiresAt),
  }));
}
