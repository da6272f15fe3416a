/** Waits until memory shows an event that another server has shown already. */
import type { Clock } from '@sluice/core';
import type { EventSource } from './event-feed.ts';

/** Waits at once, and of one reader: each holds a request and its connection. More are not begun. */
const WAITS_MAX = 1000;
const WAITS_PER_READER_MAX = 100;

interface Wait {
  readonly sequence: number;
  readonly end: () => void;
}

export class SequenceWaits {
  readonly #source: Pick<EventSource, 'lastSequence'>;
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();
  readonly #ofReader = new Map<string, number>();
  #isOver = false;

  constructor(source: Pick<EventSource, 'lastSequence' | 'subscribeToEvents'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    source.subscribeToEvents(() => this.#look());
  }

  /**
   * @param reader Whose waits count together.
   * @returns Whether memory shows the event: at once when it does, otherwise when it does, when the time is over, when the signal is aborted,
   * or at once when too many wait.
   */
  async reached(sequence: number, withinMs: number, signal: AbortSignal, reader: string): Promise<boolean> {
    const isShown = () => this.#source.lastSequence >= sequence;
    if (isShown() || signal.aborted || this.#isFullFor(reader)) return isShown();
    this.#count(reader, 1);
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
    this.#count(reader, -1);
    return isShown();
  }

  /** Nobody waits any longer, now or later: the server stops. */
  endAll(): void {
    this.#isOver = true;
    for (const { end } of this.#waits) end();
  }

  #isFullFor(reader: string): boolean {
    return this.#isOver || this.#waits.size >= WAITS_MAX || (this.#ofReader.get(reader) ?? 0) >= WAITS_PER_READER_MAX;
  }

  #count(reader: string, by: 1 | -1): void {
    const count = (this.#ofReader.get(reader) ?? 0) + by;
    if (count === 0) this.#ofReader.delete(reader);
    else this.#ofReader.set(reader, count);
  }

  #look(): void {
    const { lastSequence } = this.#source;
    for (const { sequence, end } of this.#waits) if (sequence <= lastSequence) end();
  }
}
