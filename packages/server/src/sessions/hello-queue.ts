/** Agents that come all at once are let in one after the other, as fast as the server gets on beside its other work. */
import type { Clock } from '@sluice/core';

/** Milliseconds between two turns. A busy server takes its turns late, and never makes up for more than one. */
const TURN_MS = 10;
/** Milliseconds that it gets for everything else between two turns however late they are. */
const PAUSE_MS = 2;
/** Milliseconds by which a turn may be late: an answer of the API waits for two or three rounds of the event loop. */
const LATE_MS_MAX = 20;
/**
 * The share of the full rate that is let in whatever makes turns late, as far as one full turn reaches: a disk that is slow is no faster
 * for fewer agents, and an agent that is not let in within its lease is called offline.
 */
const SHARE_MIN = 0.4;
/** What each late turn takes from the share, and what each other adds to it. A server that has just started is slow, and begins with the least. */
const SHARE_LOSS = 0.2;
const SHARE_GAIN = 0.1;
/** Seconds for which an agent waits at most, at the full rate; those who would wait longer are told to come back. */
const WAIT_SECONDS_MAX = 8;

/** Its turn has come. @returns `false`: it had gone, and another one may have it. */
type TakeTurn = () => boolean;

export class HelloQueue {
  readonly #clock: Clock;
  readonly #perTurn: number;
  readonly #turnMs: number;
  readonly #lengthMax: number;
  readonly #waiting: TakeTurn[] = [];
  #share = SHARE_MIN;
  /** Ends the waiting for the next turn; `null`: nobody came since the last one. */
  #cancel: (() => void) | null = null;
  /** When the last turn was taken, and when the next one is due. */
  #takenAt = Number.NEGATIVE_INFINITY;
  #dueAt = 0;

  /** @param clock One that never steps. */
  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#turnMs = Math.max(TURN_MS, 1000 / perSecond);
    this.#perTurn = Math.max(1, Math.round((perSecond * this.#turnMs) / 1000));
    this.#lengthMax = perSecond * WAIT_SECONDS_MAX;
  }

  /** @returns `false`: too many wait already. */
  enter(takeTurn: TakeTurn): boolean {
    if (this.#waiting.length >= this.#lengthMax) return false;
    this.#waiting.push(takeTurn);
    // The first comes in at once.
    if (this.#cancel === null) this.#turn();
    return true;
  }

  /** Waits for its turn. @returns `false`: too many wait already, or it has gone by then. */
  turn(isGone: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const takeTurn = () => {
        const isHere = !isGone();
        resolve(isHere);
        return isHere;
      };
      if (!this.enter(takeTurn)) resolve(false);
    });
  }

  /** All who wait have their turn now. Who comes later still has one. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const takeTurn of this.#waiting.splice(0)) takeTurn();
  }

  #turn(): void {
    const begunAt = this.#clock.now();
    const leastShare = (SHARE_MIN * (begunAt - this.#takenAt)) / this.#turnMs;
    let left = Math.max(1, Math.round(this.#perTurn * Math.min(1, Math.max(this.#share, leastShare))));
    this.#takenAt = begunAt;
    while (left > 0) {
      const takeTurn = this.#waiting.shift();
      if (takeTurn === undefined) break;
      if (takeTurn()) left -= 1;
    }
    const now = this.#clock.now();
    this.#dueAt = Math.max(this.#dueAt + this.#turnMs, now + PAUSE_MS);
    this.#cancel = this.#clock.wakeAt(this.#dueAt, () => this.#next());
  }

  #next(): void {
    this.#cancel = null;
    if (this.#waiting.length === 0) return;
    const isLate = this.#clock.now() - this.#dueAt > LATE_MS_MAX;
    this.#share = isLate ? Math.max(SHARE_MIN, this.#share - SHARE_LOSS) : Math.min(1, this.#share + SHARE_GAIN);
    this.#turn();
  }
}
