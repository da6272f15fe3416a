/** A node in the fleet's memory: its recorded state, what is only measured, and its JSON, made once per change. */
import type { Load, NodeStatus } from '@sluice/contract';
import { type NodeState, statusOf, UNKNOWN_LOAD } from '@sluice/core';
import { LoadHistory } from './load-history.ts';
import { nodeView } from './node-view.ts';

/** A node as reads see it. */
export interface FleetNode {
  readonly state: NodeState;
  readonly status: NodeStatus;
  readonly load: Load;
  readonly lastSeenAt: number | null;
  /** The version of the fleet that its last visible change made. */
  readonly changedAtVersion: number;
  /** The load of the last hour; `null`: none was measured since this process began. */
  readonly history: LoadHistory | null;
  /**
   * Its JSON, made once per change. `lastSeenAt` in it is as of then: for a connected node it may be behind by the time
   * since the last change, so that a heartbeat that says nothing costs nothing.
   */
  readonly json: string;
}

/** What a member asks whenever it is itself asked. */
export interface Senses {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** When the node's agent, if it is connected here, was last heard; `null`: it is not. */
  readonly heardAt: (nodeId: string) => number | null;
}

/** The mutable side of a `FleetNode`: load and hearing are memory only, the rest is replaced at each commit. */
export class Member implements FleetNode {
  state: NodeState;
  status: NodeStatus;
  load: Load = UNKNOWN_LOAD;
  changedAtVersion: number;
  readonly #senses: Senses;
  /** Before the agent's present session, or by another server. */
  #seenAt: number | null;
  #json: string | null = null;
  /** Made when there is something to keep. */
  history: LoadHistory | null = null;

  constructor(state: NodeState, lastSeenAt: number | null, senses: Senses, changedAtVersion = 0) {
    this.state = state;
    this.status = statusOf(state);
    this.#seenAt = lastSeenAt;
    this.changedAtVersion = changedAtVersion;
    this.#senses = senses;
  }

  replace(state: NodeState, version: number): void {
    this.changedAtVersion = version;
    this.state = state;
    this.status = statusOf(state);
    this.#json = null;
    if (state.session.kind !== 'connected') this.history?.interrupt(this.lastSeenAt);
  }

  get lastSeenAt(): number | null {
    const heardAt = this.#senses.heardAt(this.state.id);
    return heardAt === null ? this.#seenAt : this.#latestOf(heardAt);
  }

  /** It was heard then, in a session that is over or by another server. */
  wasSeen(at: number): void {
    this.#seenAt = this.#latestOf(at);
  }

  /** Another server, or a clock that was wrong, may have noted an instant that is still to come: it counts no longer than until the next word. */
  #latestOf(at: number): number {
    return Math.min(this.#senses.now(), Math.max(at, this.#seenAt ?? at));
  }

  /** Its agent is there, and its load is as it was. */
  holdsLoad(): void {
    this.history?.measured(this.load, this.#senses.now());
  }

  measure(load: Load, version: number): void {
    this.changedAtVersion = version;
    this.load = load;
    this.#json = null;
    this.history ??= new LoadHistory();
    this.history.measured(load, this.#senses.now());
  }

  get json(): string {
    this.#json ??= JSON.stringify(nodeView(this.state, this.load, this.lastSeenAt, this.#senses.now()));
    return this.#json;
  }
}
