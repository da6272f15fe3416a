/** Events one after the other, for programs that want nothing else: what a broken stream means is dealt with here. */
import { connectionProblem, type ClientProblem } from './answer.ts';
import type { ClientParts } from './client-options.ts';
import { followEvents, type ClientEvent, type EventsRequest } from './follow-events.ts';
import { ProblemError } from './problem-error.ts';

export interface WatchRequest extends EventsRequest {
  /**
   * The stream is open, at first or again: whatever happens after the event `sequence` will be told. What is to be seen
   * from its beginning is to be asked for from here on.
   */
  readonly onReady?: (sequence: number) => void;
  /** The stream broke; it is taken up again by itself, without a gap. */
  readonly onInterrupted?: (problem: ClientProblem) => void;
}

/**
 * Every event, once, until the request's signal or the client's ends it. A stream that breaks is resumed where it was.
 *
 * @throws ProblemError when the server refuses it, and with `events-missed` when it no longer has all that happened since:
 * then the lists are to be read again, before one watches anew.
 */
export async function* watchEvents(
  parts: ClientParts,
  request: WatchRequest,
): AsyncGenerator<ClientEvent, void, undefined> {
  for await (const item of followEvents(parts, request)) {
    switch (item.kind) {
      case 'event':
        yield item.event;
        break;
      case 'ready':
        request.onReady?.(item.sequence);
        break;
      case 'interrupted':
        request.onInterrupted?.(item.problem);
        break;
      case 'reset':
        throw new ProblemError(eventsMissed(item.oldestSequence));
      case 'refused':
        throw new ProblemError(item.problem);
    }
  }
}

function eventsMissed(oldestSequence: number): ClientProblem {
  return connectionProblem(
    'events-missed',
    `Some of what happened before event ${oldestSequence} is not kept any more.`,
    'Read the lists again, then watch anew.',
  ).problem;
}
