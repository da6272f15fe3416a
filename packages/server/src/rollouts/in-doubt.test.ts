/** After which starts of the server a rollout does not go on by itself. */
import { expect, test } from 'vitest';
import { whyInDoubt } from './in-doubt.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;

test.each<[string, number | null, number | null, RegExp | null]>([
  ['a store that was never written', null, null, null],
  ['a start of ten minutes after', null, NOW - 10 * MINUTE, null],
  ['a start of three hours after', null, NOW - 180 * MINUTE, /^Nothing was recorded for 3 h: no server ran/u],
  ['a backup that was restored now', NOW, NOW - MINUTE, /^The store was restored from a backup/u],
  ['one that was restored before the rollout was changed', NOW - 6 * MINUTE, NOW - MINUTE, null],
])('%s', (_name, restoredAt, writtenAt, expected) => {
  const why = whyInDoubt({ updatedAt: NOW - 5 * MINUTE }, { restoredAt, writtenAt }, NOW);
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});
