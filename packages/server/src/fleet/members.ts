/** All nodes in memory, in their order, and the versions that tell one moment of them from another. */
import type { Load } from '@sluice/contract';
import { isSameValue, type NodeState } from '@sluice/core';
import { type FleetNode, Member, type Senses } from './member.ts';

export class Members {
  readonly #senses: Senses;
  readonly #byId = new Map<string, Member>();
  readonly #heardHere = new Map<string, () => number>();
  #sorted: readonly FleetNode[] | null = null;
  #version = 0;
  /** The version that the last leaving of a node made. */
  #leftAtVersion = 0;

  constructor(now: () => number) {
    this.#senses = { now, heardAt: (nodeId) => this.#heardHere.get(nodeId)?.() ?? null };
  }

  /** Grows with every visible change of any node. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(nodeId: string): Member | undefined {
    return this.#byId.get(nodeId);
  }

  values(): Iterable<Member> {
    return this.#byId.values();
  }

  /** What is recorded of each, in no particular order. */
  *states(): Iterable<NodeState> {
    for (const { state } of this.#byId.values()) yield state;
  }

  /** By id (in code-unit order). */
  sorted(): readonly FleetNode[] {
    this.#sorted ??= [...this.#byId.values()].sort((one, other) => (one.state.id < other.state.id ? -1 : 1));
    return this.#sorted;
  }

  /** The nodes that changed after a version, by id; `null`: it is none of this process, or a node has left since. */
  changedSince(version: number): readonly FleetNode[] | null {
    if (version > this.#version || version < this.#leftAtVersion) return null;
    return this.sorted().filter(({ changedAtVersion }) => changedAtVersion > version);
  }

  /** A node that was there before this start. */
  restore(state: NodeState, lastSeenAt: number | null): void {
    this.#byId.set(state.id, new Member(state, lastSeenAt, this.#senses, this.#version));
  }

  /** @param state `null`: the node has left. */
  put(nodeId: string, state: NodeState | null): void {
    this.#version += 1;
    const member = this.#byId.get(nodeId);
    if (state === null) {
      this.#byId.delete(nodeId);
      this.#leftAtVersion = this.#version;
    } else if (member === undefined) {
      this.#byId.set(nodeId, new Member(state, this.#senses.now(), this.#senses, this.#version));
    } else {
      member.replace(state, this.#version);
    }
    if (state === null || member === undefined) this.#sorted = null;
  }

  /**
   * An agent is connected here, also before its node is known; or it is no more, and when it was last heard is kept.
   * @param heardAt When it was last heard, at whatever moment that is asked: to hear it costs nothing. `null`: it is gone.
   */
  hear(nodeId: string, heardAt: (() => number) | null): void {
    const last = this.#heardHere.get(nodeId)?.();
    if (last !== undefined) this.#byId.get(nodeId)?.wasSeen(last);
    if (heardAt === null) this.#heardHere.delete(nodeId);
    else this.#heardHere.set(nodeId, heardAt);
  }

  /** The nodes whose agents are connected here. */
  heardHere(): Iterable<string> {
    return this.#heardHere.keys();
  }

  /** What another server was told by the node's agent. */
  measuredElsewhere(nodeId: string, load: Load, lastSeenAt: number): void {
    const member = this.#byId.get(nodeId);
    if (member === undefined) return;
    member.wasSeen(lastSeenAt);
    if (isSameValue(member.load, load)) member.holdsLoad();
    else this.measure(nodeId, load);
  }

  measure(nodeId: string, load: Load): void {
    const member = this.#byId.get(nodeId);
    if (member === undefined) return;
    this.#version += 1;
    member.measure(load, this.#version);
  }
}
