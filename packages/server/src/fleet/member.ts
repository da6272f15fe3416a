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

/** The mutable side of a `FleetNode`: load and hearing are memory only, the rest is replaced at each commit. */
export class Member implements FleetNode {
  state: NodeState;
  status: NodeStatus;
  load: Load = UNKNOWN_LOAD;
  lastSeenAt: number | null;
  changedAtVersion: number;
  readonly #now: () => number;
  #json: string | null = null;
  #isHeard = false;
  /** Made when there is something to keep. */
  history: LoadHistory | null = null;

  constructor(state: NodeState, lastSeenAt: number | null, now: () => number, changedAtVersion = 0) {
    this.state = state;
    this.status = statusOf(state);
    this.lastSeenAt = lastSeenAt;
    this.changedAtVersion = changedAtVersion;
    this.#now = now;
  }

  replace(state: NodeState, version: number): void {
    this.changedAtVersion = version;
    this.state = state;
    this.status = statusOf(state);
    this.#json = null;
    if (state.session.kind !== 'connected') this.history?.interrupt();
  }

  /** @returns Whether it is the first time since `takeLastSeen`. */
  hear(): boolean {
    const now = this.#now();
    this.lastSeenAt = now;
    this.history?.heard(now);
    const isFirst = !this.#isHeard;
    this.#isHeard = true;
    return isFirst;
  }

  /** For who notes it. */
  takeLastSeen(): number | null {
    this.#isHeard = false;
    return this.lastSeenAt;
  }

  measure(load: Load, version: number): void {
    this.changedAtVersion = version;
    this.load = load;
    this.#json = null;
    this.history ??= new LoadHistory();
    this.history.measured(load, this.#now());
  }

  get json(): string {
    this.#json ??= JSON.stringify(nodeView(this.state, this.load, this.lastSeenAt, this.#now()));
    return this.#json;
  }
}
