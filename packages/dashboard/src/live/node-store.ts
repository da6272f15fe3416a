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
  readonly #shown = new Map<string, Node>();
  /** Where each id is in the snapshot. */
  #places = new Map<string, number>();
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
    const changed = [...pending.nodes].filter(([id, node]) => this.#shown.get(id) !== node);
    const hasJoined = changed.some(([id]) => !this.#shown.has(id));
    const left = pending.isWhole ? [...this.#shown.keys()].filter((id) => !pending.nodes.has(id)) : [];
    for (const id of left) this.#shown.delete(id);
    for (const [id, node] of changed) this.#shown.set(id, node);
    this.#snapshot = { nodes: hasJoined || left.length > 0 ? this.#sorted() : this.#replaced(changed), isKnown: true };
    for (const listener of this.#listeners) listener();
    for (const id of [...changed.map(([each]) => each), ...left])
      for (const listener of this.#nodeListeners.get(id) ?? []) listener();
  }

  #sorted(): readonly Node[] {
    const nodes = [...this.#shown.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    this.#places = new Map(nodes.map(({ id }, place) => [id, place]));
    return nodes;
  }

  /** The same nodes in the same order: of ten thousand, only those that have changed are touched. */
  #replaced(changed: readonly (readonly [id: string, node: Node])[]): readonly Node[] {
    const nodes = [...this.#snapshot.nodes];
    for (const [id, node] of changed) {
      const place = this.#places.get(id);
      if (place !== undefined) nodes[place] = node;
    }
    return nodes;
  }
}
