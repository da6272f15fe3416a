/** One cause of how a node is, in a sentence. */
export interface Cause {
  /** Stable name of the cause. */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  /** Epoch milliseconds; `null` where there is no beginning to name. */
  readonly since: number | null;
}
