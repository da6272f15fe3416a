/** When a message is tried again, and when it is given up: the rules as a table, and how long it all takes. */
import { describe, expect, test } from 'vitest';
import { afterFailure, RETRY_DELAYS_MS_DEFAULT } from './retry-schedule.ts';

const NOW = 1_800_000_000_000;
const schedule = { delaysMs: [1000, 60_000], attemptMsMax: 15_000 };
const failed = { attempts: 1, waitingSince: NOW, now: NOW, random: 0, retryAfterMs: null };

describe('after a failure', () => {
  test.each([
    { rule: 'the first delay follows the first attempt', given: {}, expected: { isGivenUp: false, at: NOW + 1000 } },
    { rule: 'the second the second', given: { attempts: 2 }, expected: { isGivenUp: false, at: NOW + 60_000 } },
    {
      rule: 'delays are stretched, never shortened',
      given: { random: 0.5 },
      expected: { isGivenUp: false, at: NOW + 1100 },
    },
    {
      rule: 'after the last attempt it is given up',
      given: { attempts: 3 },
      expected: { isGivenUp: true, at: NOW + 1000 },
    },
    {
      rule: 'what has waited longer than all attempts take is tried once',
      given: { waitingSince: NOW - 3 * 15_000 - 61_000 * 1.2 - 1 },
      expected: { isGivenUp: true, at: NOW + 1000 },
    },
    {
      rule: 'a slow receiver alone does not shorten the schedule',
      given: { attempts: 2, waitingSince: NOW - 2 * 15_000 - 1200 },
      expected: { isGivenUp: false, at: NOW + 60_000 },
    },
    {
      rule: 'the receiver may put it off',
      given: { retryAfterMs: 5000 },
      expected: { isGivenUp: false, at: NOW + 5000 },
    },
    { rule: 'but not forward', given: { retryAfterMs: 5 }, expected: { isGivenUp: false, at: NOW + 1000 } },
    {
      rule: 'and not by more than a day',
      given: { retryAfterMs: 9e9 },
      expected: { isGivenUp: false, at: NOW + 86_400_000 },
    },
  ])('$rule', ({ given, expected }) => {
    expect(afterFailure({ ...failed, ...given }, schedule)).toEqual(expected);
  });

  test('a message is tried ten times in three days by default', () => {
    const hours = RETRY_DELAYS_MS_DEFAULT.reduce((sum, each) => sum + each, 0) / 3_600_000;
    expect(RETRY_DELAYS_MS_DEFAULT).toHaveLength(9);
    expect(hours).toBeGreaterThan(72);
    expect(hours).toBeLessThan(80);
  });
});
