/** Ids of new rollouts: the same request again finds the rollout that it started, for as long as its `Idempotency-Key` is remembered. */
import { createHash, randomBytes } from 'node:crypto';
import type { RolloutState } from '@sluice/core';
import { ANSWERED_FOR_MS, type Once } from '../fleet/execution.ts';

/** Random bytes of an id. */
const ID_BYTES = 9;

/** The id that a request gives to a rollout. */
export interface NewRolloutId {
  readonly id: string;
  /** Whether the same request gives the same id again, at every server and whatever its clock says. */
  readonly isOfKey: boolean;
}

/** @param once Of the request; `null`: it has no key, and is always another one. */
export function newRolloutId(once: Once | null): NewRolloutId {
  return once === null
    ? { id: idOf(randomBytes(ID_BYTES)), isOfKey: false }
    : { id: idOfText(once.key), isOfKey: true };
}

/**
 * What the request has started already, or the id under which it is to be started. A key that is remembered no more begins anew: with the id
 * that follows from the one before, so that of several servers none can take another.
 * @param now Epoch milliseconds.
 */
export async function findStarted(
  { id: first, isOfKey }: NewRolloutId,
  stateOf: (id: string) => Promise<RolloutState | null>,
  now: number,
): Promise<{ readonly id: string; readonly known: RolloutState | null }> {
  for (let id = first; ; id = idOfText(id)) {
    const known = await stateOf(id);
    const isForgotten = known !== null && isOfKey && known.header.createdAt < now - ANSWERED_FOR_MS;
    if (!isForgotten) return { id, known };
  }
}

function idOfText(text: string): string {
  return idOf(createHash('sha256').update(text).digest().subarray(0, ID_BYTES));
}

function idOf(bytes: Buffer): string {
  return `ro_${bytes.toString('hex')}`;
}
