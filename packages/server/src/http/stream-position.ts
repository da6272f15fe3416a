/** Which events a reader of the stream has already, as its request says. */
import type { Problem } from '@sluice/contract';
import type { Result } from '@sluice/core';
import { given, sequenceOf } from './query-values.ts';

export interface StreamPosition {
  /** Everything up to this event. */
  readonly sequence: number;
  /** It asks for all that is kept, whatever that is. */
  readonly isEverything: boolean;
}

/** @returns `null`: it begins now. */
export function streamPosition(
  lastEventId: string | string[] | undefined,
  after: string | undefined,
): Result<StreamPosition | null> {
  const fromHeader = given(lastEventId === undefined ? undefined : String(lastEventId));
  const sequence = sequenceOf(fromHeader ?? after);
  if (sequence === undefined) return { ok: true, value: null };
  if (sequence !== null)
    return { ok: true, value: { sequence, isEverything: fromHeader === undefined && sequence === 0 } };
  const field = fromHeader === undefined ? 'after' : 'Last-Event-ID';
  const problem: Problem = {
    code: 'invalid-request',
    field,
    detail: `${field} must be the sequence number of an event.`,
  };
  return { ok: false, problem };
}
