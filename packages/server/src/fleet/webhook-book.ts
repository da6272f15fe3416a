/** Every webhook in memory, as it was committed. */
import type { StoredWebhook, WebhookChange } from '../store/webhook-store.ts';

/** A webhook as the fleet keeps it. */
export type FleetWebhook = StoredWebhook;

/** What a decision needs to know of webhooks. */
export interface KnownWebhooks {
  readonly size: number;
  readonly get: (id: string) => StoredWebhook | undefined;
}

/** The webhooks as they are once these changes are made. @param changes By id; it may still grow. */
export function webhooksAfter(before: KnownWebhooks, changes: ReadonlyMap<string, WebhookChange>): KnownWebhooks {
  return {
    get size() {
      let size = before.size;
      for (const { id, webhook } of changes.values())
        size += Number(webhook !== null) - Number(before.get(id) !== undefined);
      return size;
    },
    get: (id) => {
      const change = changes.get(id);
      return change === undefined ? before.get(id) : (change.webhook ?? undefined);
    },
  };
}

export class WebhookBook implements KnownWebhooks {
  readonly #byId = new Map<string, StoredWebhook>();
  readonly #listeners = new Set<(change: WebhookChange) => void>();

  get(id: string): StoredWebhook | undefined {
    return this.#byId.get(id);
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Oldest first. */
  all(): readonly StoredWebhook[] {
    return [...this.#byId.values()].toSorted(
      (one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1),
    );
  }

  /** Takes over what was committed, and tells who listens. */
  apply(change: WebhookChange): void {
    if (change.webhook === null) this.#byId.delete(change.id);
    else this.#byId.set(change.id, change.webhook);
    for (const listener of this.#listeners) listener(change);
  }

  /** Calls with each webhook that was made, changed or removed. @returns What ends it. */
  subscribe(listener: (change: WebhookChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
