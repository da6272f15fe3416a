/** One batch to the store, in the turn in which it was decided, and what came of it. */
import type { Problem } from '@sluice/contract';
import type { Logger } from 'pino';
import type { NewEvent, SettledOutcome, StoredEvent } from '../store/store.ts';
import type { Batch } from './decide-batch.ts';
import type { Turn } from './turns.ts';

export const STORE_FAILED = 'The store failed in an unexpected way; see the server’s log.';

/** The numbers that events were given: of each change, and of the notes. */
export interface Sequences {
  readonly ofChanges: readonly (readonly number[])[];
  readonly ofNotes: readonly number[];
}

export type Written =
  | { readonly kind: 'written'; readonly sequences: Sequences }
  /** `isMemoryFalse`: the store is there, and holds something else than memory shows. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isMemoryFalse: boolean }
  | { readonly kind: 'unknown'; readonly reason: string; readonly settled: Promise<SettledOutcome> };

/**
 * Never throws: what cannot be written is said.
 * @param took Told how many milliseconds it took, whatever came of it.
 */
export async function writeBatch(
  turn: Turn,
  { changes, answered, beside }: Batch,
  logger: Logger,
  took: (durationMs: number) => void,
): Promise<Written> {
  const startedAt = performance.now();
  try {
    const outcome = await turn.commit(changes, answered, beside);
    if (outcome.ok) return { kind: 'written', sequences: sequencesOf(outcome) };
    if (outcome.code === 'outcome-unknown') {
      logger.error({ event: 'outcome-unknown', reason: outcome.reason }, 'nobody knows whether this was recorded');
      return { kind: 'unknown', reason: outcome.reason, settled: outcome.settled };
    }
    const reason =
      outcome.code === 'store-unavailable'
        ? outcome.reason
        : `The database holds other revisions than this server knows (of ${outcome.nodeIds.slice(0, 5).join(', ')}).`;
    logger.error({ event: 'store-unavailable', reason }, 'nothing was recorded');
    return { kind: 'refused', reason, isMemoryFalse: outcome.code === 'revision-conflict' };
  } catch (error) {
    logger.error({ event: 'store-failed', err: error }, 'nothing was recorded');
    return { kind: 'refused', reason: STORE_FAILED, isMemoryFalse: false };
  } finally {
    took(performance.now() - startedAt);
  }
}

export function sequencesOf(outcome: Extract<SettledOutcome, { ok: true }>): Sequences {
  return { ofChanges: outcome.sequences, ofNotes: outcome.noteSequences };
}

/** What the one who asked is told; `null`: it was written. */
export function problemOf(written: Written): Problem | null {
  switch (written.kind) {
    case 'written':
      return null;
    case 'refused':
      return { code: 'store-unavailable', detail: written.reason };
    case 'unknown':
      return { code: 'outcome-unknown', detail: written.reason };
  }
}

/** The events of a batch that was written, in the order of their sequence numbers. */
export function committedEvents({ changes, beside }: Batch, { ofChanges, ofNotes }: Sequences): readonly StoredEvent[] {
  return [
    ...changes.flatMap(({ nodeId, events }, index) =>
      events.map((event, place) => storedEvent(nodeId, event, ofChanges[index]?.[place])),
    ),
    ...beside.notes.map(({ nodeId, event }, index) => storedEvent(nodeId, event, ofNotes[index])),
  ];
}

function storedEvent(nodeId: string, event: NewEvent, sequence: number | undefined): StoredEvent {
  if (sequence === undefined) throw new Error(`committing ${event.kind} of '${nodeId}': the store gave it no number`);
  const { kind, at, body } = event;
  return { sequence, nodeId, kind, at, body };
}
