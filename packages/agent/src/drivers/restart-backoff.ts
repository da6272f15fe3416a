/** How long a workload that ends by itself stays down before it is started again. */

export interface RestartTimes {
  /** The pause after a first crash; it doubles with each one that follows soon. */
  readonly pauseMsMin: number;
  readonly pauseMsMax: number;
  /** A workload that ran this long has recovered: its next crash is a first one. */
  readonly recoveredAfterMs: number;
}

export const RESTART_TIMES: RestartTimes = { pauseMsMin: 1000, pauseMsMax: 30_000, recoveredAfterMs: 60_000 };

export class RestartBackoff {
  readonly #times: RestartTimes;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(times: RestartTimes) {
    this.#times = times;
  }

  /** @param ranForMs How long it ran before it ended; 0 for one that could not be started. */
  #pauseMs(ranForMs: number): number {
    if (ranForMs >= this.#times.recoveredAfterMs) this.#failures = 0;
    const pauseMs = Math.min(this.#times.pauseMsMax, this.#times.pauseMsMin * 2 ** this.#failures);
    this.#failures += 1;
    return pauseMs;
  }

  /** Has it tried again after the pause, instead of what was scheduled before. */
  schedule(ranForMs: number, act: () => void): void {
    this.cancel();
    this.#timer = setTimeout(act, this.#pauseMs(ranForMs));
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The next crash is a first one: somebody started it on purpose. */
  reset(): void {
    this.#failures = 0;
  }
}
