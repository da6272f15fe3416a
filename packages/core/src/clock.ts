/** Time as a port: the system's clock, or the one that a simulation moves. */

export interface Clock {
  /** Epoch milliseconds (UTC). */
  now(): number;
  /** Calls once, not before `at` (epoch milliseconds). @returns What cancels it. */
  wakeAt(at: number, wake: () => void): () => void;
}
