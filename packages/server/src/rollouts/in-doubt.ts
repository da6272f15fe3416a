/**
 * Whether the server may not know what became of a rollout. From an older copy of the store a rollout that was finished or cancelled
 * since would run again; and after days without a server nobody expects one to go on by itself.
 */
import { durationInWords, type RolloutHeader } from '@sluice/core';
import type { StoreAge } from '../store/store.ts';

/** Milliseconds for which nothing was written: more than an update of the server takes. */
const ABSENT_MS_MIN = 10 * 60_000;

const NEXT =
  'Nothing is asked of any node, also not of those in its hands, until somebody has looked at them: resume it, or cancel it.';

/** @returns What to tell of it; `null`: it goes on. */
export function whyInDoubt(
  { updatedAt }: Pick<RolloutHeader, 'updatedAt'>,
  { restoredAt, writtenAt }: StoreAge,
  now: number,
): string | null {
  if (restoredAt !== null && updatedAt <= restoredAt) {
    const since = 'what became of this rollout after that (nodes acted upon, a pause, a cancellation) is not known';
    return `The store was restored from a backup; ${since}. ${NEXT}`;
  }
  if (writtenAt === null || now - writtenAt <= ABSENT_MS_MIN) return null;
  const why = 'no server ran, or the store is an older copy that does not know what became of this rollout';
  return `Nothing was recorded for ${durationInWords(now - writtenAt)}: ${why}. ${NEXT}`;
}
