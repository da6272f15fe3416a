/** Agents that come all at once are let in one after the other, so fast as the server gets on beside its other work. */
import type { Clock } from '@sluice/core';

/** Milliseconds between two turns. A busy server takes its turns late, and never makes up for it: so it lets in fewer. */
const TURN_MS = 10;
/** Milliseconds that it gets for everything else between two turns however late they are. */
const PAUSE_MS = 2;
/** Milliseconds by which a turn may be late: an answer of the API waits for two or three rounds of the event loop. */
const LATE_MS_MAX = 12;
/**
 * Each turn that is too late halves how many are let in, and each other makes them more again, by a tenth of the full rate. A server that
 * has just started runs slowly at first, and begins with a tenth.
 */
const SHARE_STEP = 0.1;
/** Seconds for which an agent waits at most; those who would wait longer are told to come back. */
const WAIT_SECONDS_MAX = 8;

interface Waiting {
  readonly isGone: () => boolean;
  readonly letIn: () => void;
}

export class HelloQueue {
  readonly #clock: Clock;
  readonly #perTurn: number;
  readonly #turnMs: number;
  readonly #lengthMax: number;
  readonly #waiting: Waiting[] = [];
  /** How many of a turn are let in. */
  #share = SHARE_STEP;
  /** Ends the waiting for the next turn; `null`: nobody came since the last one. */
  #cancel: (() => void) | null = null;
  /** When the last turn was due. */
  #turnAt = 0;

  /** @param clock One that never steps. */
  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#turnMs = Math.max(TURN_MS, 1000 / perSecond);
    this.#perTurn = Math.max(1, Math.round((perSecond * this.#turnMs) / 1000));
    this.#lengthMax = perSecond * WAIT_SECONDS_MAX;
  }

  /** @returns `false`: too many wait already. */
  enter(waiting: Waiting): boolean {
    if (this.#waiting.length >= this.#lengthMax) return false;
    this.#waiting.push(waiting);
    // The first comes in at once.
    if (this.#cancel === null) this.#turn();
    return true;
  }

  /** Waits for its turn. @returns `false`: too many wait already. */
  turn(): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.enter({ isGone: () => false, letIn: () => resolve(true) })) resolve(false);
    });
  }

  /** All who wait have their turn now. */
  stop(): void {
    this.#cancel?.();
    for (const { isGone, letIn } of this.#waiting.splice(0)) if (!isGone()) letIn();
  }

  #turn(): void {
    let left = Math.max(1, Math.round(this.#perTurn * this.#share));
    while (left > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (next.isGone()) continue;
      left -= 1;
      next.letIn();
    }
    const now = this.#clock.now();
    this.#turnAt = Math.max(this.#turnAt + this.#turnMs, now + PAUSE_MS);
    this.#cancel = this.#clock.wakeAt(this.#turnAt, () => this.#next());
  }

  #next(): void {
    this.#cancel = null;
    if (this.#waiting.length === 0) return;
    const isLate = this.#clock.now() - this.#turnAt > LATE_MS_MAX;
    this.#share = isLate ? Math.max(SHARE_STEP, this.#share / 2) : Math.min(1, this.#share + SHARE_STEP);
    this.#turn();
  }
}
