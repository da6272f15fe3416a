/** The load of one node over the last hour, a value a minute: in memory, of one size however much is measured. */
import { LOAD_HISTORY_MINUTES, type Load } from '@sluice/contract';

const MINUTE_MS = 60_000;
/** Each in single precision, 720 bytes in all: exact to 16 million sessions, and to a millionth of the memory. */
const MEASURES = 3;

/** One value for each of the last minutes, the oldest first; `null`: nothing was known in that minute. */
export interface LoadSeries {
  /** Epoch milliseconds of the beginning of the first minute. */
  readonly since: number;
  readonly sessions: (number | null)[];
  readonly cpuPercent: (number | null)[];
  readonly memoryBytes: (number | null)[];
}

export class LoadHistory {
  /** Rings of minutes, one behind the other; NaN: not known. */
  readonly #values = new Float32Array(LOAD_HISTORY_MINUTES * MEASURES).fill(Number.NaN);
  /** The newest minute that has values, counted from the epoch. */
  #minute = 0;
  /** Whether nothing was heard for a while, so that what was measured before does not hold for the time until now. */
  #isInterrupted = true;

  /** @param now Epoch milliseconds. */
  measured({ sessions, cpuPercent, memoryBytes }: Load, now: number): void {
    this.#hold(now);
    this.#isInterrupted = false;
    this.#put([sessions, cpuPercent, memoryBytes]);
  }

  /** What was measured last held until then, if the agent was there: agents tell their load only when it has changed. */
  #hold(until: number): void {
    const minute = Math.floor(until / MINUTE_MS);
    const isWhole = !this.#isInterrupted;
    // A clock that was set back writes over the newest minute until it is there again.
    if (minute <= this.#minute) return;
    const last = this.#measuresAt(this.#minute);
    const first = Math.max(this.#minute + 1, minute - LOAD_HISTORY_MINUTES + 1);
    for (let each = first; each <= minute; each += 1) {
      this.#minute = each;
      this.#put(isWhole ? last : []);
    }
  }

  /** The node's agent is gone: what comes next says nothing of the time in between. @param heardAt When it was last heard. */
  interrupt(heardAt: number | null): void {
    if (!this.#isInterrupted && heardAt !== null) this.#hold(heardAt);
    this.#isInterrupted = true;
  }

  series(now: number): LoadSeries {
    const newest = Math.floor(now / MINUTE_MS);
    const oldest = newest - LOAD_HISTORY_MINUTES + 1;
    const minutes = Array.from({ length: LOAD_HISTORY_MINUTES }, (_, index) => this.#known(oldest + index));
    const column = (measure: number) => minutes.map((values) => values?.[measure] ?? null);
    return { since: oldest * MINUTE_MS, sessions: column(0), cpuPercent: column(1), memoryBytes: column(2) };
  }

  #known(minute: number): readonly (number | null)[] | null {
    if (minute <= this.#minute - LOAD_HISTORY_MINUTES) return null;
    if (minute <= this.#minute) return this.#measuresAt(minute);
    return this.#isInterrupted ? null : this.#measuresAt(this.#minute);
  }

  #measuresAt(minute: number): readonly (number | null)[] {
    return Array.from({ length: MEASURES }, (_, measure) => {
      const value = this.#values[placeOf(minute, measure)] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    });
  }

  #put(values: readonly (number | null)[]): void {
    for (let measure = 0; measure < MEASURES; measure += 1)
      this.#values[placeOf(this.#minute, measure)] = values[measure] ?? Number.NaN;
  }
}

function placeOf(minute: number, measure: number): number {
  return measure * LOAD_HISTORY_MINUTES + (minute % LOAD_HISTORY_MINUTES);
}
