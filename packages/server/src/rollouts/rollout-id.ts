/** Ids of new rollouts: the same request again finds the rollout that it started, for as long as its `Idempotency-Key` is remembered. */
import { createHash, randomBytes } from 'node:crypto';
import type { RolloutState } from '@sluice/core';
import { ANSWERED_FOR_MS, type Once } from '../fleet/execution.ts';

/** Random bytes of an id. */
const ID_BYTES = 9;

/** The id that a request gives to a rollout, and the one that the same request would have given to it a while ago. */
export interface NewRolloutId {
  readonly id: string;
  /** A rollout that has it, and is not older than keys are remembered, was started by this request; `null`: there is none. */
  readonly earlierId: string | null;
}

/**
 * The id is made of the key and of the period in which it is asked for. A period is as long as keys are remembered, so a rollout
 * that still counts was started in this one or in the one before.
 * @param once Of the request; `null`: it has no key, and is always another one.
 * @param now Epoch milliseconds.
 */
export function newRolloutId(once: Once | null, now: number): NewRolloutId {
  if (once === null) return { id: idOf(randomBytes(ID_BYTES)), earlierId: null };
  const period = Math.floor(now / ANSWERED_FOR_MS);
  return { id: idOfKey(once.key, period), earlierId: idOfKey(once.key, period - 1) };
}

/**
 * What the request has started already; `null`: nothing that it is still remembered for.
 * @param now Epoch milliseconds.
 */
export async function startedBefore(
  { id, earlierId }: NewRolloutId,
  stateOf: (id: string) => Promise<RolloutState | null>,
  now: number,
): Promise<RolloutState | null> {
  const known = await stateOf(id);
  if (known !== null || earlierId === null) return known;
  const earlier = await stateOf(earlierId);
  return earlier !== null && earlier.header.createdAt >= now - ANSWERED_FOR_MS ? earlier : null;
}

function idOfKey(key: string, period: number): string {
  return idOf(createHash('sha256').update(`${period} ${key}`).digest().subarray(0, ID_BYTES));
}

function idOf(bytes: Buffer): string {
  return `ro_${bytes.toString('hex')}`;
}
