/** The locks that the processes of a workload hold: while there is one, the workload is not to be interrupted. */
import type { WorkloadLock } from '@sluice/contract';
import type { WorkloadPeer } from './workload-peer.ts';

/** Locks at once; the contract takes no more. */
const LOCKS_MAX = 16;

/** A lock with the id that its process knows it by. */
export type NamedLock = WorkloadLock & { readonly id: string };

export class WorkloadLocks {
  readonly #byPeer = new Map<WorkloadPeer, Map<string, WorkloadLock>>();
  /** Those that an earlier agent knew, until their processes have come back and said them again. */
  #remembered: readonly NamedLock[] = [];

  /** @param until When whoever has not come back is taken for gone. */
  remember(locks: readonly NamedLock[], until: number): void {
    this.#remembered = locks.map((lock) => ({ ...lock, expiresAt: Math.min(lock.expiresAt, until) }));
  }

  /** @returns Why it was not taken; `null`: it was. */
  put(
    peer: WorkloadPeer,
    id: string,
    { reason, ttlMs, now }: { reason: string; ttlMs: number; now: number },
  ): string | null {
    const own = this.#byPeer.get(peer) ?? new Map<string, WorkloadLock>();
    const known = own.get(id) ?? this.#remembered.find((lock) => lock.id === id);
    if (known === undefined && this.current(now).length >= LOCKS_MAX)
      return `The workload holds ${LOCKS_MAX} locks already; '${reason}' was not taken.`;
    this.#forgetRemembered(id);
    own.set(id, { reason, since: known?.since ?? now, expiresAt: now + ttlMs });
    this.#byPeer.set(peer, own);
    return null;
  }

  remove(peer: WorkloadPeer, id: string): void {
    this.#byPeer.get(peer)?.delete(id);
    this.#forgetRemembered(id);
  }

  /** A process that is gone holds nothing. */
  forget(peer: WorkloadPeer): void {
    this.#byPeer.delete(peer);
  }

  /** Those that have not run out. */
  current(now: number): NamedLock[] {
    const said = [...this.#byPeer.values()].flatMap((own) => [...own].map(([id, lock]) => ({ id, ...lock })));
    return [...said, ...this.#remembered].filter(({ expiresAt }) => expiresAt > now);
  }

  /** When the next one runs out; `null`: there is none. */
  nextEnd(now: number): number | null {
    const ends = this.current(now).map(({ expiresAt }) => expiresAt);
    return ends.length === 0 ? null : Math.min(...ends);
  }

  #forgetRemembered(id: string): void {
    this.#remembered = this.#remembered.filter((lock) => lock.id !== id);
  }
}
