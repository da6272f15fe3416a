/** So many changes a second, evenly, for as long as something else goes on: each a drain that is at its end at once, or its undoing. */
import { setTimeout } from 'node:timers/promises';
import { ApiCaller } from './api-caller.ts';
import { nodeIdOf } from './hello.ts';

/** Milliseconds between two handfuls of changes. */
const TICK_MS = 20;
/** Requests under way at once. */
const AT_ONCE = 32;

export class SteadyChanges {
  readonly #caller: ApiCaller;
  readonly #nodes: number;
  readonly #perSecond: number;
  #isEnding = false;
  #begun = 0;
  readonly #startedAt = performance.now();
  readonly #ended: Promise<void>;

  constructor(url: string, nodes: number, perSecond: number) {
    this.#caller = new ApiCaller(url, AT_ONCE);
    this.#nodes = nodes;
    this.#perSecond = perSecond;
    this.#ended = this.#run();
  }

  /** @returns How many changes a second there were in truth. */
  async stop(): Promise<number> {
    this.#isEnding = true;
    await this.#ended;
    this.#caller.close();
    return (this.#begun * 1000) / (performance.now() - this.#startedAt);
  }

  async #run(): Promise<void> {
    const underWay = new Set<Promise<unknown>>();
    while (!this.#isEnding) {
      const due = Math.floor(((performance.now() - this.#startedAt) * this.#perSecond) / 1000);
      for (; this.#begun < due && underWay.size < AT_ONCE; this.#begun += 1) {
        const change: Promise<unknown> = this.#change(this.#begun).then(() => underWay.delete(change));
        underWay.add(change);
      }
      await setTimeout(TICK_MS);
    }
    await Promise.all(underWay);
  }

  /** Each node in its turn is drained, and in the next round put back. */
  async #change(number: number): Promise<void> {
    const act = Math.floor(number / this.#nodes) % 2 === 0 ? 'drain' : 'undrain';
    // Far apart from one to the next, so that changes are all over the fleet. Prime, so that each has its turn.
    const id = nodeIdOf((number * 7919) % this.#nodes);
    await this.#caller.call(`/api/v1/nodes/${id}/${act}`, { method: 'POST', body: {} });
  }
}
