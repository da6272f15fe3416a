/** The locks that the processes of a workload hold: while there is one, the workload is not to be interrupted. */
import type { WorkloadLock } from '@sluice/contract';
import type { WorkloadPeer } from './workload-peer.ts';

/** Locks at once; the contract takes no more. */
const LOCKS_MAX = 16;

export class WorkloadLocks {
  readonly #byPeer = new Map<WorkloadPeer, Map<string, WorkloadLock>>();

  /** @returns Why it was not taken; `null`: it was. */
  put(
    peer: WorkloadPeer,
    id: string,
    { reason, ttlMs, now }: { reason: string; ttlMs: number; now: number },
  ): string | null {
    const own = this.#byPeer.get(peer) ?? new Map<string, WorkloadLock>();
    const known = own.get(id);
    if (known === undefined && this.current(now).length >= LOCKS_MAX)
      return `The workload holds ${LOCKS_MAX} locks already; '${reason}' was not taken.`;
    own.set(id, { reason, since: known?.since ?? now, expiresAt: now + ttlMs });
    this.#byPeer.set(peer, own);
    return null;
  }

  remove(peer: WorkloadPeer, id: string): void {
    this.#byPeer.get(peer)?.delete(id);
  }

  /** A process that is gone holds nothing. */
  forget(peer: WorkloadPeer): void {
    this.#byPeer.delete(peer);
  }

  /** Those that have not run out. */
  current(now: number): WorkloadLock[] {
    return [...this.#byPeer.values()].flatMap((own) => [...own.values()].filter(({ expiresAt }) => expiresAt > now));
  }

  /** When the next one runs out; `null`: there is none. */
  nextEnd(now: number): number | null {
    const ends = this.current(now).map(({ expiresAt }) => expiresAt);
    return ends.length === 0 ? null : Math.min(...ends);
  }
}
