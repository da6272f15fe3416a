/** When a message that could not be delivered is tried again, and when it is given up. Pure. */

/** What Standard Webhooks recommends; together some three days, in which a weekend's outage is over. */
export const RETRY_DELAYS_MS_DEFAULT: readonly number[] = [
  5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000,
];

/** By how much a delay is stretched at most, so that webhooks that failed together do not come back together. */
const JITTER = 0.2;

/** Milliseconds for which a receiver may put the next attempt off at most. */
const RETRY_AFTER_MS_MAX = 86_400_000;

/** Milliseconds between a message that was given up and the next: each writes to the store, for a receiver that may be gone for good. */
const AFTER_GIVING_UP_MS = 1000;

export interface FailedAttempt {
  /** This one included. */
  readonly attempts: number;
  /** Since when the message could have been delivered, in epoch milliseconds. */
  readonly waitingSince: number;
  readonly now: number;
  /** At least 0, less than 1. */
  readonly random: number;
  /** For how long the receiver wants to be left alone; `null`: it did not say. */
  readonly retryAfterMs: number | null;
}

/** `at`, in epoch milliseconds: when it is tried again, or the next message after one that was given up. */
export interface AfterFailure {
  readonly isGivenUp: boolean;
  readonly at: number;
}

export interface RetrySchedule {
  /** Before the second attempt, the third, and so on. */
  readonly delaysMs: readonly number[];
  /** How long one attempt takes at most. */
  readonly attemptMsMax: number;
}

/**
 * A message is given up when it was tried once more than there are delays, or when it has waited for longer than all that can
 * take: behind a receiver that is gone for good no more waits than what happened in that time.
 */
export function afterFailure(failed: FailedAttempt, { delaysMs, attemptMsMax }: RetrySchedule): AfterFailure {
  const { attempts, waitingSince, now, random, retryAfterMs } = failed;
  const delayMs = delaysMs[attempts - 1];
  const delaysMsMax = delaysMs.reduce((sum, each) => sum + each, 0) * (1 + JITTER);
  const longestMs = delaysMsMax + (delaysMs.length + 1) * attemptMsMax;
  if (delayMs === undefined || now - waitingSince > longestMs) return { isGivenUp: true, at: now + AFTER_GIVING_UP_MS };
  const wantedMs = Math.min(retryAfterMs ?? 0, RETRY_AFTER_MS_MAX);
  return { isGivenUp: false, at: now + Math.max(Math.round(delayMs * (1 + JITTER * random)), wantedMs) };
}
