/** Nodes that registered while any rollout goes on, in the order in which they did: no step walks through the fleet to find them. */
import type { Fleet } from '../fleet/fleet.ts';
import type { StoredEvent } from '../store/store.ts';

export class JoinedNodes {
  /** When each registered, in epoch milliseconds; in that order. */
  readonly #registeredAt = new Map<string, number>();

  /** @param since Those that registered from this instant on; `null`: nobody asks. */
  constructor(fleet: Pick<Fleet, 'nodes'>, since: number | null) {
    if (since === null) return;
    const joined = fleet.nodes().filter(({ state }) => state.createdAt >= since);
    for (const { state } of joined.toSorted((one, other) => one.state.createdAt - other.state.createdAt))
      this.#registeredAt.set(state.id, state.createdAt);
  }

  /** @returns Whether any of these events is the registration of a node. */
  note(events: readonly StoredEvent[]): boolean {
    let isAny = false;
    for (const { kind, nodeId, at } of events) {
      if (kind === 'NodeForgotten') this.#registeredAt.delete(nodeId);
      if (kind !== 'NodeRegistered') continue;
      this.#registeredAt.delete(nodeId);
      this.#registeredAt.set(nodeId, at);
      isAny = true;
    }
    return isAny;
  }

  /** Nobody asks any more for those that registered before this instant. */
  forgetBefore(at: number): void {
    for (const [nodeId, registeredAt] of this.#registeredAt) {
      if (registeredAt >= at) return;
      this.#registeredAt.delete(nodeId);
    }
  }

  /** Ids of those that registered at this instant or later. */
  *since(at: number): Iterable<string> {
    for (const [nodeId, registeredAt] of this.#registeredAt) if (registeredAt >= at) yield nodeId;
  }
}
