/** Operations that have left their nodes' states, as a rollout that waits for them needs to know: read from the store once each. */
import type { OperationRecord } from '@sluice/contract';
import type { Fleet } from '../fleet/fleet.ts';

/** Those of nodes in the hands of one rollout; far more than any has at once. */
const KEPT_MAX = 1000;

export interface EndedOperationsOptions {
  readonly fleet: Pick<Fleet, 'operation'>;
  /** What was not known is. */
  readonly found: () => void;
  /** The store could not be asked. */
  readonly failed: (error: unknown) => void;
}

export class EndedOperations {
  readonly #options: EndedOperationsOptions;
  readonly #known = new Map<string, OperationRecord | null>();
  readonly #lookups = new Set<string>();

  constructor(options: EndedOperationsOptions) {
    this.#options = options;
  }

  /** `null`: there is none with this id. `undefined`: nobody has looked yet. */
  get(operationId: string): OperationRecord | null | undefined {
    return this.#known.get(operationId);
  }

  async lookUp(operationId: string): Promise<void> {
    if (this.#lookups.has(operationId)) return;
    this.#lookups.add(operationId);
    const { fleet, found, failed } = this.#options;
    try {
      const operation = await fleet.operation(operationId);
      if (this.#known.size >= KEPT_MAX) this.#known.clear();
      this.#known.set(operationId, operation);
      found();
    } catch (error) {
      failed(error);
    } finally {
      this.#lookups.delete(operationId);
    }
  }
}
