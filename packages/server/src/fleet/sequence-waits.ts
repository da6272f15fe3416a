/** Waits until memory shows an event that another server has shown already. */
import type { Clock } from '@sluice/core';
import type { EventSource } from './event-feed.ts';

/** Waits at once: each holds a request and its connection. More are not begun. */
const WAITS_MAX = 1000;

interface Wait {
  readonly sequence: number;
  readonly end: () => void;
}

export class SequenceWaits {
  readonly #source: Pick<EventSource, 'lastSequence'>;
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();
  #isOver = false;

  constructor(source: Pick<EventSource, 'lastSequence' | 'subscribeToEvents'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    source.subscribeToEvents(() => this.#look());
  }

  /**
   * @returns Whether memory shows the event: at once when it does, otherwise when it does, when the time is over, when the signal is aborted,
   * or at once when too many wait.
   */
  async reached(sequence: number, withinMs: number, signal: AbortSignal): Promise<boolean> {
    const isShown = () => this.#source.lastSequence >= sequence;
    if (isShown() || this.#isOver || signal.aborted || this.#waits.size >= WAITS_MAX) return isShown();
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#waits.delete(wait);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const wait = { sequence, end };
      const cancel = this.#clock.wakeAt(this.#clock.now() + withinMs, end);
      this.#waits.add(wait);
      signal.addEventListener('abort', end, { once: true });
    });
    return isShown();
  }

  /** Nobody waits any longer, now or later: the server stops. */
  endAll(): void {
    this.#isOver = true;
    for (const { end } of this.#waits) end();
  }

  #look(): void {
    const { lastSequence } = this.#source;
    for (const { sequence, end } of this.#waits) if (sequence <= lastSequence) end();
  }
}
