/** Whether a button may be pressed, and the reason why not: the rules are those of the server. */
import { type Node, OPERATOR_HOLD, type Role, type WorkloadLock } from '@sluice/contract';
import { hasRole, nodeCan } from '@sluice/core';

export type NodeAction = 'drain' | 'undrain' | 'restart' | 'reboot';

export type WhyNot =
  | { readonly kind: 'role'; readonly needed: Role }
  /** Only nodes that it matches exist for the asker. */
  | { readonly kind: 'scope'; readonly selector: string }
  | { readonly kind: 'not-connected' }
  | { readonly kind: 'nothing-selected' }
  | { readonly kind: 'no-hold' }
  /** In the server's own words. */
  | { readonly kind: 'refused'; readonly detail: string };

interface Asker {
  readonly role: Role;
  /** Whether the server can be asked now. */
  readonly isConnected: boolean;
}

/** The role that a route needs is the contract's; acting on nodes needs this one. */
const ACTING: Role = 'operator';

/** Whether anything may be changed at all. @returns `null`: it may. */
export function whyNotChange({ role, isConnected }: Asker): WhyNot | null {
  if (!hasRole({ role }, ACTING)) return { kind: 'role', needed: ACTING };
  return isConnected ? null : { kind: 'not-connected' };
}

/** Whether who gets in may be seen and changed: by admins of the whole fleet. @returns `null`: it may. */
export function whyNotAdminister(asker: Asker & { readonly selector: string | null }): WhyNot | null {
  if (!hasRole(asker, 'admin')) return { kind: 'role', needed: 'admin' };
  if (asker.selector !== null) return { kind: 'scope', selector: asker.selector };
  return asker.isConnected ? null : { kind: 'not-connected' };
}

/** @param now Epoch milliseconds. @returns `null`: it may be pressed. */
export function whyNotAct(action: NodeAction, nodes: readonly Node[], asker: Asker, now: number): WhyNot | null {
  const whyNot = whyNotChange(asker);
  if (whyNot !== null) return whyNot;
  const [first] = nodes;
  if (first === undefined) return { kind: 'nothing-selected' };
  // The server would do it, and nothing would come of it.
  if (action === 'undrain' && nodes.length === 1 && !first.holds.some(({ name }) => name === OPERATOR_HOLD))
    return { kind: 'no-hold' };
  // Of many, those that may not are refused one by one, each with its reason.
  if ((action !== 'restart' && action !== 'reboot') || nodes.length > 1) return null;
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
