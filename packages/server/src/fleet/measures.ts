/** What is measured and not recorded: when nodes were heard, their loads, what running commands have written so far. Memory only. */
import type { Load } from '@sluice/contract';
import { operationOf } from '@sluice/core';
import type { StoredEvent } from '../store/store.ts';
import { LiveOutputs } from './live-outputs.ts';
import { LiveValues, type LiveValuesOptions } from './live-values.ts';
import type { Members } from './members.ts';

export interface MeasuresOptions extends Pick<LiveValuesOptions, 'servers' | 'clock' | 'logger'> {
  readonly members: Members;
  /** `null`: this server shares its store with nobody. */
  readonly shared: LiveValuesOptions['shared'] | null;
  /** A node's agent is connected here no more. */
  readonly left: (nodeId: string) => void;
}

export class Measures {
  readonly #members: Members;
  readonly #outputs = new LiveOutputs();
  readonly #left: MeasuresOptions['left'];
  readonly #live: LiveValues | null;

  constructor({ members, shared, left, ...options }: MeasuresOptions) {
    this.#members = members;
    this.#left = left;
    this.#live = shared === null ? null : new LiveValues({ ...options, shared, members, outputs: this.#outputs });
  }

  /** The node's agent is connected to this server. @param heardAt When it was last heard, at whatever moment that is asked. */
  connected(nodeId: string, heardAt: () => number): void {
    this.#members.hear(nodeId, heardAt);
  }

  /** It is no more. */
  disconnected(nodeId: string): void {
    this.#members.hear(nodeId, null);
    this.#left(nodeId);
    this.#live?.left(nodeId);
  }

  /** What the agent measured. */
  measured(nodeId: string, load: Load): void {
    this.#members.measure(nodeId, load);
    this.#live?.measured(nodeId);
  }

  /** What a command that runs on the node has written so far; of what does not run there it is ignored. */
  wrote(nodeId: string, operationId: string, output: string): void {
    const state = this.#members.get(nodeId)?.state;
    if (state === undefined || operationOf(state, operationId)?.status !== 'running') return;
    this.#outputs.put(operationId, output);
    this.#live?.wrote(operationId);
  }

  /** `null`: nothing is known beside what the operation itself says. */
  output(operationId: string): string | null {
    return this.#outputs.get(operationId);
  }

  /** Forgets the outputs of what has ended. */
  happened(events: readonly StoredEvent[]): void {
    this.#outputs.dropEnded(events);
  }

  async stop(): Promise<void> {
    await this.#live?.stop();
  }
}
