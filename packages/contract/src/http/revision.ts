/** The headers by which an answer tells how new it is, and a request asks for an answer that is new enough. */
import Type from 'typebox';

/** On every answer to who may ask; their texts are in {@link AnswerHeaders}. */
export const REVISION_HEADER = 'sluice-revision';
export const LAG_HEADER = 'sluice-lag-ms';
/** On a request. */
export const MIN_REVISION_HEADER = 'sluice-min-revision';

/** Milliseconds that a request waits for its revision: many times what a server is behind another in health. */
export const MIN_REVISION_WITHIN_MS = 5000;

/** The headers of every request that is not for everybody. */
export const ReadHeaders = Type.Object({
  [MIN_REVISION_HEADER]: Type.Optional(
    Type.String({
      description:
        'The greatest `Sluice-Revision` that was seen: the request waits, 5 seconds at most, until this server shows that event, and is `behind` otherwise. So a reader that asks several servers never sees a step back, and a writer sees what it wrote.',
    }),
  ),
});

/** The headers of every answer to a request that is not for everybody. */
export const AnswerHeaders = Type.Object({
  [REVISION_HEADER]: Type.Integer({
    minimum: 0,
    description:
      'The sequence number of the newest event that this server shows; after a change at least that of the change itself.',
  }),
  [LAG_HEADER]: Type.Integer({
    minimum: 0,
    description:
      'By how many milliseconds the answer may be older than what other servers show; 0 where there is one server.',
  }),
});

/** What a header says of a revision. @returns `null`: it is no sequence number of an event. */
export function revisionIn(text: string): number | null {
  // Fifteen digits are exact as a number.
  return /^\d{1,15}$/u.test(text) ? Number(text) : null;
}
