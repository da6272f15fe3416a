/** Which refusals pass by themselves, and when to ask again. */
import type { ClientProblem } from '@sluice/client';

/** Milliseconds that the first wait takes at most, and any. Four hundred machines that wait ask some thirty times a second in all. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

const PASSING: ReadonlySet<string> = new Set([
  'budget-exceeded',
  'slot-draining',
  'too-many-slots',
  'too-many-requests',
  'store-unavailable',
  'outcome-unknown',
  'behind',
  'stopping',
  'internal',
  'unreachable',
  'no-answer-in-time',
  'not-a-sluice-answer',
]);

/** Whether it may be otherwise in a while. A proxy that answers in the server's place is one that has no server behind it now. */
export function passesByItself({ code, status }: ClientProblem): boolean {
  return code === 'not-a-sluice-answer' ? status !== null && status >= 500 : PASSING.has(code);
}

/**
 * Longer from time to time, with full jitter: machines that were refused together do not come back together.
 * @param random At least 0, less than 1.
 */
export function waitBeforeNextMs(refusals: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(refusals, 30)));
}
