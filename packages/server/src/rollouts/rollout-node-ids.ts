/** Which nodes rollouts have: of those that go on as memory has them, of the others as the store has them, read once as long as there is room. */
import { setImmediate } from 'node:timers/promises';
import type { RolloutHeader } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';
import type { RolloutStore } from '../store/rollout-store.ts';

/** Ids that are given at once; between two such parts others have their turn. */
const PART = 2000;
/** Rows of the first reading and of any: who is told nothing of a rollout is mostly known by its first nodes. */
const READ_MIN = 100;
const READ_MAX = 1000;
/** Ids of ended rollouts that are kept in memory. Those of nodes that there still are cost a pointer each. */
const KEPT_MAX = 500_000;

/** What looking at the nodes of rollouts has cost. */
export interface Looked {
  /** Ids that were given, wherever they came from. */
  ids: number;
  /** Of them, those that were read from the store. */
  rows: number;
}

/** What is asked of the fleet. */
export interface FleetOfRollouts extends Pick<Fleet, 'node'> {
  readonly rollouts: {
    /** `undefined`: it has ended, or there is none. */
    readonly get: (id: string) => Live | undefined;
  };
}

interface Live {
  readonly header: Pick<RolloutHeader, 'revision'>;
  readonly nodes: readonly { readonly nodeId: string }[];
}

/** The first nodes of an ended rollout, in their order. */
interface Known {
  readonly revision: number;
  readonly nodeIds: string[];
  isWhole: boolean;
}

export class RolloutNodeIds {
  readonly #store: Pick<RolloutStore, 'nodes'>;
  readonly #fleet: FleetOfRollouts;
  /** By rollout; the one that was asked for last is the last. */
  readonly #known = new Map<string, Known>();
  readonly #keptMax: number;
  #kept = 0;

  constructor(
    store: Pick<RolloutStore, 'nodes'>,
    fleet: FleetOfRollouts,
    { keptMax }: { readonly keptMax: number } = { keptMax: KEPT_MAX },
  ) {
    this.#store = store;
    this.#fleet = fleet;
    this.#keptMax = keptMax;
  }

  /** In their order, part by part; whoever has seen enough goes away. @param looked Counted up. */
  async *of(rollout: Pick<RolloutHeader, 'id' | 'revision'>, looked: Looked): AsyncGenerator<readonly string[]> {
    const live = this.#fleet.rollouts.get(rollout.id);
    const known = live === undefined ? this.#knownOf(rollout) : wholeOf(live);
    for (let from = 0; ;) {
      if (from >= known.nodeIds.length && !known.isWhole) looked.rows += await this.#readOn(rollout.id, known);
      const part = known.nodeIds.slice(from, from + PART);
      if (part.length === 0) return;
      if (from > 0) await setImmediate();
      from += part.length;
      looked.ids += part.length;
      yield part;
    }
  }

  #knownOf({ id, revision }: Pick<RolloutHeader, 'id' | 'revision'>): Known {
    const kept = this.#known.get(id);
    const known = kept?.revision === revision ? kept : { revision, nodeIds: [], isWhole: false };
    if (kept !== undefined && kept !== known) this.#forget(id, kept);
    this.#known.delete(id);
    this.#known.set(id, known);
    return known;
  }

  /** @returns How many rows that took. */
  async #readOn(id: string, known: Known): Promise<number> {
    const after = known.nodeIds.length;
    const limit = Math.min(Math.max(after, READ_MIN), READ_MAX);
    const rows = await this.#store.nodes(id, { after, limit });
    // Somebody else may have read the same meanwhile.
    if (known.nodeIds.length !== after) return rows.length;
    for (const { nodeId } of rows) known.nodeIds.push(this.#fleet.node(nodeId)?.state.id ?? nodeId);
    known.isWhole = rows.length < limit;
    if (this.#known.get(id) === known) this.#kept += rows.length;
    this.#makeRoom();
    return rows.length;
  }

  #makeRoom(): void {
    for (const [id, known] of this.#known) {
      if (this.#kept <= this.#keptMax) return;
      this.#forget(id, known);
    }
  }

  #forget(id: string, { nodeIds }: Known): void {
    this.#known.delete(id);
    this.#kept -= nodeIds.length;
  }
}

function wholeOf({ header, nodes }: Live): Known {
  return { revision: header.revision, nodeIds: nodes.map(({ nodeId }) => nodeId), isWhole: true };
}
