/** What `decide` answers: the facts to record, in order, and which operation the caller asked about. */
import type { FleetEvent } from '@sluice/contract';
import type { Result } from './result.ts';

export interface Decision {
  readonly events: readonly FleetEvent[];
  /** The operation that was created, or the running one that was found; `null` where none is meant. */
  readonly operationId: string | null;
}

export function decided(events: readonly FleetEvent[], operationId: string | null = null): Result<Decision> {
  return { ok: true, value: { events, operationId } };
}
