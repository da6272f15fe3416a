/** Waits for an event that somebody has seen at another server, and tells what to think of one that does not come. */
import { MIN_REVISION_WITHIN_MS, type Problem } from '@sluice/contract';
import type { FastifyReply } from 'fastify';
import type { HttpParts } from './route-context.ts';

/**
 * `shown`: memory shows it. `late`: memory was not up to date since it was asked for; it may come. `unknown`: memory was, so it is no event
 * of this history, such as after the database was set back.
 */
export type Arrival = 'shown' | 'late' | 'unknown';

type AwaitParts = Pick<HttpParts, 'sequenceWaits' | 'lagMs'>;

/** @param reader The token that asks; its waits are counted. */
export async function awaitRevision(
  revision: number,
  { sequenceWaits, lagMs }: AwaitParts,
  { gone, reader }: { readonly gone: AbortSignal; readonly reader: string },
): Promise<Arrival> {
  const askedAt = performance.now();
  if (await sequenceWaits.reached(revision, MIN_REVISION_WITHIN_MS, gone, reader)) return 'shown';
  return lagMs() > performance.now() - askedAt ? 'late' : 'unknown';
}

export function behindProblem(revision: number, { fleet, lagMs }: Pick<HttpParts, 'fleet' | 'lagMs'>): Problem {
  const lag = Math.ceil(lagMs());
  const detail = `Event ${revision} was asked for. This server shows all up to event ${fleet.lastSequence}, and may be ${lag} ms behind others.`;
  return { code: 'behind', detail };
}

/** Is aborted when whoever asked is not there any more. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.closed) gone.abort();
  else raw.once('close', () => gone.abort());
  return gone.signal;
}
