/**
 * When agents speak: many share an instant. A server that wakes for each small packet by itself spends most of its time on waking, so
 * each agent is told when its first heartbeat is due, and keeps to that rhythm for as long as its clock runs like the server's.
 */

/** Milliseconds from one such instant to the next: 50 agents in each where 10,000 speak every 10 s, some two milliseconds of work. */
const BETWEEN_MS = 50;
/** The golden ratio: however many have been given a place, the next falls into one of the widest gaps between them. */
const SPREAD = (Math.sqrt(5) - 1) / 2;

export class HeartbeatSlots {
  #given = 0;

  /**
   * @param now Milliseconds of the server's steady clock.
   * @returns Milliseconds from now to the first heartbeat, at most an interval.
   */
  nextInMs(heartbeatIntervalMs: number, now: number): number {
    this.#given += 1;
    const afterMs = ((this.#given * SPREAD) % 1) * heartbeatIntervalMs;
    const inMs = Math.ceil((now + afterMs) / BETWEEN_MS) * BETWEEN_MS - now;
    return inMs > heartbeatIntervalMs ? Math.max(0, inMs - BETWEEN_MS) : inMs;
  }
}
