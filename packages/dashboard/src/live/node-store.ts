/** The ONE store of nodes: what the server said last of each, told to who follows it at most once per frame. */
import type { Node } from '@sluice/contract';

type Listener = () => void;

/** What the page shows now. Another object after each change, the same one until then. */
export interface FleetSnapshot {
  /** By id. */
  readonly nodes: readonly Node[];
  /** Whether the server has told the whole fleet yet. */
  readonly isKnown: boolean;
}

interface Pending {
  readonly isWhole: boolean;
  readonly nodes: Map<string, Node>;
}

export class NodeStore {
  readonly #onNextFrame: (flush: () => void) => void;
  #shown = new Map<string, Node>();
  #snapshot: FleetSnapshot = { nodes: [], isKnown: false };
  /** What came since the last frame, on top of what is shown, or instead of it. */
  #pending: Pending | null = null;
  readonly #listeners = new Set<Listener>();
  readonly #nodeListeners = new Map<string, Set<Listener>>();

  /** @param onNextFrame Calls back before the next picture is drawn; while the page is hidden, whenever it is seen again. */
  constructor(onNextFrame: (flush: () => void) => void) {
    this.#onNextFrame = onNextFrame;
  }

  readonly snapshot = (): FleetSnapshot => this.#snapshot;

  node(id: string): Node | undefined {
    return this.#shown.get(id);
  }

  /** The whole fleet; what is not in it has left. */
  replaceAll(nodes: readonly Node[]): void {
    this.#put({ isWhole: true, nodes: new Map(nodes.map((node) => [node.id, node])) });
  }

  /** Nodes that have changed. */
  put(nodes: readonly Node[]): void {
    if (nodes.length === 0) return;
    const pending = this.#pending ?? { isWhole: false, nodes: new Map<string, Node>() };
    for (const node of nodes) pending.nodes.set(node.id, node);
    this.#put(pending);
  }

  /** Calls after each frame in which anything changed. @returns What ends it. */
  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Calls only when this node changed. @returns What ends it. */
  subscribeToNode(id: string, listener: Listener): () => void {
    const listeners = this.#nodeListeners.get(id) ?? new Set();
    this.#nodeListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#nodeListeners.delete(id);
    };
  }

  #put(pending: Pending): void {
    const isAsked = this.#pending !== null;
    this.#pending = pending;
    if (!isAsked) this.#onNextFrame(() => this.#flush());
  }

  #flush(): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    const before = this.#shown;
    this.#shown = pending.isWhole ? pending.nodes : new Map([...before, ...pending.nodes]);
    const isSameFleet = !pending.isWhole && this.#shown.size === before.size;
    const ids = isSameFleet ? this.#snapshot.nodes.map(({ id }) => id) : [...this.#shown.keys()].sort(byCodeUnits);
    const nodes = ids.flatMap((id) => this.#shown.get(id) ?? []);
    this.#snapshot = { nodes, isKnown: true };
    for (const listener of this.#listeners) listener();
    for (const [id, listeners] of this.#nodeListeners) {
      if (this.#shown.get(id) !== before.get(id)) for (const listener of listeners) listener();
    }
  }
}

/** As the server sorts ids. */
function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
