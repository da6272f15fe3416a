/** What is thought of an event that does not come. */
import { expect, test } from 'vitest';
import { HandClock } from '../fleet/hand-clock-under-test.ts';
import { SequenceWaits } from '../fleet/sequence-waits.ts';
import { awaitRevision } from './await-revision.ts';

test.each([
  [10, 0, 'shown'],
  [11, 0, 'unknown'],
  [11, 60_000, 'late'],
] as const)(
  'event %i, asked of a memory that shows ten and is up to %i ms behind: %s',
  async (revision, lagMs, arrival) => {
    const clock = new HandClock();
    const sequenceWaits = new SequenceWaits({ lastSequence: 10, subscribeToEvents: () => () => undefined }, clock);
    const wait = awaitRevision(
      revision,
      { sequenceWaits, lagMs: () => lagMs },
      { gone: new AbortController().signal, reader: 'somebody' },
    );
    clock.moveTo(5000);
    expect(await wait).toBe(arrival);
  },
);
