/** Backoff: within its bounds, and spread over all of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('grows to the longest wait, and full jitter spreads it from nothing', () => {
  expect(backoffMs(0, 0.5)).toBe(500);
  expect(backoffMs(2, 0.5)).toBe(2000);
  expect(backoffMs(50, 0.999_999)).toBe(8000);
  expect(backoffMs(50, 0)).toBe(0);
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
      const waitMs = backoffMs(failures, random);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(8000);
    }),
  );
});
