/** Agents that come all at once are let in one after the other, so fast as the server gets on beside its other work. */

/** Milliseconds between two turns. A busy server takes its turns late, and never makes up for it: so it lets in fewer. */
const TURN_MS = 10;
/** Milliseconds that it gets for everything else between two turns however late they are. */
const PAUSE_MS = 2;
/** Seconds for which an agent waits at most; those who would wait longer are told to come back. */
const WAIT_SECONDS_MAX = 8;

interface Waiting {
  readonly isGone: () => boolean;
  readonly letIn: () => void;
}

export class HelloQueue {
  readonly #perTurn: number;
  readonly #turnMs: number;
  readonly #lengthMax: number;
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** When the last turn was due. */
  #turnAt = 0;

  constructor(perSecond: number) {
    this.#turnMs = Math.max(TURN_MS, 1000 / perSecond);
    this.#perTurn = Math.max(1, Math.round((perSecond * this.#turnMs) / 1000));
    this.#lengthMax = perSecond * WAIT_SECONDS_MAX;
  }

  /** @returns `false`: too many wait already. */
  enter(waiting: Waiting): boolean {
    if (this.#waiting.length >= this.#lengthMax) return false;
    this.#waiting.push(waiting);
    // The first comes in at once.
    if (this.#timer === null) this.#turn();
    return true;
  }

  /** All who wait have their turn now. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { isGone, letIn } of this.#waiting.splice(0)) if (!isGone()) letIn();
  }

  #turn(): void {
    let left = this.#perTurn;
    while (left > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (next.isGone()) continue;
      left -= 1;
      next.letIn();
    }
    const now = performance.now();
    this.#turnAt = Math.max(this.#turnAt + this.#turnMs, now + PAUSE_MS);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#waiting.length > 0) this.#turn();
    }, this.#turnAt - now);
  }
}
