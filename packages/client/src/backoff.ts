/** How long to wait before a lost stream is taken up again: longer from failure to failure, with full jitter. */

/** Milliseconds of the longest wait: a person who watches sees the server back within it. */
const LONGEST_MS = 15_000;

/**
 * @param failures How many tries have failed in a row, from 0.
 * @param firstMs The longest that the first wait may be.
 * @param random At least 0, less than 1.
 */
export function backoffMs(failures: number, firstMs: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_MS, firstMs * 2 ** Math.min(failures, 30)));
}
