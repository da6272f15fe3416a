/** How much may be asked: bursts, what comes back in time, and memory that does not grow. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, RateLimiter } from './rate-limiter.ts';

describe('a rate', () => {
  test('lets a burst through, then so much a second', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 5 });
    for (let count = 0; count < 5; count += 1) expect(limiter.take('a', 1, 0)).toBe(0);
    expect(limiter.take('a', 1, 0)).toBe(100);
    expect(limiter.take('b', 1, 0)).toBe(0);
    expect(limiter.take('a', 1, 99)).toBe(1);
    expect(limiter.take('a', 1, 100)).toBe(0);
    expect(limiter.take('a', 2, 150)).toBeGreaterThan(0);
  });

  test('counts what was known only afterwards against what comes next', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 5 });
    limiter.charge('a', 50, 0);
    expect(limiter.take('a', 1, 0)).toBe(4600);
    expect(limiter.take('a', 1, 4600)).toBe(0);
  });

  test('is never exceeded, whatever comes when', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ afterMs: fc.nat(400), weight: fc.integer({ min: 1, max: 4 }) }), { maxLength: 200 }),
        (asked) => {
          const limiter = new RateLimiter({ perSecond: 10, burst: 20 });
          let now = 0;
          let taken = 0;
          for (const { afterMs, weight } of asked) {
            now += afterMs;
            if (limiter.take('a', weight, now) === 0) taken += weight;
            expect(taken).toBeLessThanOrEqual(20 + now / 100 + 1e-6);
          }
        },
      ),
    );
  });
});

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::', 'fe80:0:0:0'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
