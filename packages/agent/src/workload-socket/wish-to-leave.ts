/** The workload's wish to leave: it lasts until it is taken back, or the workload is started anew. */
import type { WorkloadLeaving } from '@sluice/contract';
import type { WorkloadPeer } from './workload-peer.ts';

/** The wish with the id that its process knows it by. */
export type NamedWish = WorkloadLeaving & { readonly id: string };

export class WishToLeave {
  #wish: NamedWish | null = null;
  /** The process that said it; `null`: it was said to an earlier agent. */
  #peer: WorkloadPeer | null = null;
  /** The start of the workload that it was said in, as far as was known then. */
  #incarnation = 0;

  /** @param incarnation The one that runs: a wish of an earlier one is nobody's any more. */
  remember(wish: NamedWish | null, incarnation: number): void {
    this.#wish = wish;
    this.#incarnation = incarnation;
  }

  say(peer: WorkloadPeer, wish: NamedWish, incarnation: number): void {
    // Said again on a new connection, it is the wish that it was.
    this.#wish = this.#wish?.id === wish.id ? { ...wish, since: this.#wish.since } : wish;
    this.#peer = peer;
    this.#incarnation = incarnation;
  }

  takeBack(): void {
    this.#wish = null;
  }

  /** A process of an earlier start takes its wish along; what others said stays the workload's. */
  forget(peer: WorkloadPeer, incarnation: number): void {
    if (this.#peer !== peer) return;
    this.#peer = null;
    this.startedAnew(incarnation);
  }

  /** Whoever is still there was started by then: its start was only noticed late. */
  startedAnew(incarnation: number): void {
    if (incarnation !== this.#incarnation && this.#peer === null) this.#wish = null;
  }

  get current(): NamedWish | null {
    return this.#wish;
  }
}
