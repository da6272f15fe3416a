/** Every rollout that has not ended in memory, as it was committed. */
import type { RolloutState } from '@sluice/core';
import { isEnded } from '@sluice/core';

export class RolloutBook {
  readonly #byId = new Map<string, RolloutState>();
  readonly #listeners = new Set<(state: RolloutState) => void>();

  /** `undefined`: there is none, or it has ended, and only the store knows it. */
  get(id: string): RolloutState | undefined {
    return this.#byId.get(id);
  }

  /** How many have not ended. */
  get size(): number {
    return this.#byId.size;
  }

  /** In no particular order. */
  all(): Iterable<RolloutState> {
    return this.#byId.values();
  }

  /** Takes over what was committed, and tells who listens; of one that has ended they are told for the last time. */
  apply(state: RolloutState): void {
    if (isEnded(state.header)) this.#byId.delete(state.header.id);
    else this.#byId.set(state.header.id, state);
    for (const listener of this.#listeners) listener(state);
  }

  /** Calls with each rollout that was begun or changed. @returns What ends it. */
  subscribe(listener: (state: RolloutState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
