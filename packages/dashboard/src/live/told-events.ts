/** Tells every event of the stream, as it comes, to who wants to hear of it. */
import type { ClientEvent } from '@sluice/client';

type Listener = (event: ClientEvent) => void;

export class ToldEvents {
  readonly #listeners = new Set<Listener>();

  tell(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** @returns What ends it. */
  readonly listen = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
