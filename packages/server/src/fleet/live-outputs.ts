/** What commands that run now have written so far: memory only, until each ends with its whole output. */
import type { StoredEvent } from '../store/store.ts';

/** Operations whose output is held at once; at 16 KiB each some tens of megabytes at worst. The one told longest ago goes first. */
const OUTPUTS_MAX = 2000;

export class LiveOutputs {
  readonly #outputs = new Map<string, string>();

  /** The output of a running operation, instead of what was told of it before. */
  put(operationId: string, output: string): void {
    this.#outputs.delete(operationId);
    this.#outputs.set(operationId, output);
    const [oldest] = this.#outputs.keys();
    if (this.#outputs.size > OUTPUTS_MAX && oldest !== undefined) this.#outputs.delete(oldest);
  }

  /** `null`: nothing was told of it, or it has ended. */
  get(operationId: string): string | null {
    return this.#outputs.get(operationId) ?? null;
  }

  /** Forgets what has ended. */
  dropEnded(events: readonly StoredEvent[]): void {
    if (this.#outputs.size === 0) return;
    for (const { kind, body } of events) {
      const { operationId } = body;
      if (kind === 'OperationEnded' && typeof operationId === 'string') this.#outputs.delete(operationId);
    }
  }
}
