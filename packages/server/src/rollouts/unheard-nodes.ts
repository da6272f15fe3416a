/**
 * Of which nodes nothing is known yet since the start of this server: neither is their agent back, nor is their lease over. Until then
 * the store's word is all there is, and by that a node that died meanwhile is still available: whoever counts places would count it.
 */
import type { NodeState } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';

export class UnheardNodes {
  readonly #fleet: Pick<Fleet, 'node'>;
  readonly #nodeIds = new Set<string>();

  /** To be made before agents come back. */
  constructor(fleet: Pick<Fleet, 'node' | 'nodes'>) {
    this.#fleet = fleet;
    for (const { state } of fleet.nodes()) if (isUnheard(state)) this.#nodeIds.add(state.id);
  }

  /** The node has changed. @returns Whether it was the last one. */
  look(nodeId: string): boolean {
    if (!this.#nodeIds.has(nodeId)) return false;
    const state = this.#fleet.node(nodeId)?.state;
    if (state !== undefined && isUnheard(state)) return false;
    this.#nodeIds.delete(nodeId);
    return this.#nodeIds.size === 0;
  }

  /** Whether nothing is known of the node yet. */
  has(nodeId: string): boolean {
    return this.#nodeIds.has(nodeId);
  }

  /** Why no node of a rollout may begin; without names and numbers, which are not for everybody. `null`: one may. */
  whyNotYet(): string | null {
    return this.#nodeIds.size === 0
      ? null
      : 'The server was started a moment ago: no node begins before the agents of the fleet are back, or their leases are over.';
  }
}

function isUnheard({ session, offlineSince }: NodeState): boolean {
  return session.kind !== 'connected' && offlineSince === null;
}
