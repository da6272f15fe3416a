/** What may be done now, as data with the reason why not: the server asks it before it acts, the dashboard before it offers. */
import type { Problem, Role, WorkloadLock } from '@sluice/contract';
import { durationInWords } from '../duration-in-words.ts';

/** In the order in which people choose among them; those of people first. */
export const ROLES: readonly Role[] = ['viewer', 'operator', 'admin', 'machine'];

/** The roles whose part each may take. */
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  operator: ['viewer', 'machine', 'operator'],
  admin: ['viewer', 'machine', 'operator', 'admin'],
  machine: ['machine'],
};

export function hasRole({ role }: { readonly role: Role }, wanted: Role): boolean {
  return INCLUDED[role].includes(wanted);
}

/** What of a node decides whether its workload may be interrupted. Instants are epoch milliseconds. */
export interface Interruptible {
  readonly id: string;
  readonly workload: { readonly locks: readonly WorkloadLock[] };
}

/** Each answers why it may not be done now; `null`: it may. */
export const nodeCan = {
  /** A restart, or a command that says that it is disruptive. Who forces it does not ask. Expired locks do not count. */
  beInterrupted(node: Interruptible, now: number): Problem | null {
    const lock = node.workload.locks.find(({ expiresAt }) => expiresAt > now);
    if (lock === undefined) return null;
    const detail =
      `The workload of ${node.id} holds a lock: ${lock.reason} (for ${durationInWords(now - lock.since)}; ` +
      `it expires in ${durationInWords(lock.expiresAt - now)}).`;
    return { code: 'workload-locked', detail };
  },
} as const;
