/** Windows against what the clocks of their zones show: over midnight, by day of the week, and where a clock leaps or goes back. */
import type { RolloutWindow } from '@sluice/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTimeZone, localMsAt } from './local-time.ts';
import { openMsBetween, windowAt } from './window.ts';

const at = (text: string) => Date.parse(text);
const say = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const inBerlin = (start: string, end: string, days?: RolloutWindow['days']): RolloutWindow => ({
  start,
  end,
  timeZone: 'Europe/Berlin',
  ...(days === undefined ? {} : { days }),
});

function told(window: RolloutWindow, now: string): string {
  const state = windowAt(window, at(now));
  return state.isOpen ? `open ${say(state.since)} to ${say(state.until)}` : `opens ${say(state.opensAt)}`;
}

describe('a window', () => {
  test.each<[name: string, window: RolloutWindow, now: string, expected: string]>([
    ['before it opens', inBerlin('02:00', '04:00'), '2026-11-27T00:30:00Z', 'opens 2026-11-27T01:00Z'],
    [
      'at the instant that it opens',
      inBerlin('02:00', '04:00'),
      '2026-11-27T01:00:00Z',
      'open 2026-11-27T01:00Z to 2026-11-27T03:00Z',
    ],
    ['at the instant that it closes', inBerlin('02:00', '04:00'), '2026-11-27T03:00:00Z', 'opens 2026-11-28T01:00Z'],
    [
      'over midnight, after it',
      inBerlin('22:00', '04:00'),
      '2026-11-27T01:00:00Z',
      'open 2026-11-26T21:00Z to 2026-11-27T03:00Z',
    ],
    [
      'over midnight, of a day that is over',
      inBerlin('22:00', '04:00', ['thu']),
      '2026-11-27T01:00:00Z',
      'open 2026-11-26T21:00Z to 2026-11-27T03:00Z',
    ],
    [
      'over midnight, of another day',
      inBerlin('22:00', '04:00', ['fri']),
      '2026-11-27T01:00:00Z',
      'opens 2026-11-27T21:00Z',
    ],
    [
      'only on some days',
      inBerlin('02:00', '04:00', ['mon', 'wed']),
      '2026-11-27T12:00:00Z',
      'opens 2026-11-30T01:00Z',
    ],
    [
      'the whole day',
      inBerlin('00:00', '00:00'),
      '2026-11-27T12:00:00Z',
      'open 2026-11-26T23:00Z to 2026-11-27T23:00Z',
    ],
    ['whose start the clock leaps over', inBerlin('02:30', '04:00'), '2026-03-29T00:00:00Z', 'opens 2026-03-29T01:00Z'],
    [
      'whose end the clock leaps over',
      inBerlin('01:00', '02:30'),
      '2026-03-29T00:30:00Z',
      'open 2026-03-29T00:00Z to 2026-03-29T01:00Z',
    ],
    ['that the clock leaps over wholly', inBerlin('02:10', '02:50'), '2026-03-29T00:00:00Z', 'opens 2026-03-30T00:10Z'],
    [
      'whose start the clock shows twice',
      inBerlin('02:30', '04:00'),
      '2026-10-25T00:00:00Z',
      'opens 2026-10-25T00:30Z',
    ],
    [
      'whose end the clock shows twice',
      inBerlin('01:00', '02:30'),
      '2026-10-25T00:00:00Z',
      'open 2026-10-24T23:00Z to 2026-10-25T00:30Z',
    ],
    [
      'across an hour that comes twice',
      inBerlin('01:00', '04:00'),
      '2026-10-25T02:30:00Z',
      'open 2026-10-24T23:00Z to 2026-10-25T03:00Z',
    ],
    [
      'in a zone of half an hour',
      { start: '09:00', end: '10:00', timeZone: 'Asia/Kolkata' },
      '2026-11-27T00:00:00Z',
      'opens 2026-11-27T03:30Z',
    ],
    [
      'where the clock leaps by half an hour',
      { start: '02:15', end: '03:00', timeZone: 'Australia/Lord_Howe' },
      '2026-10-03T12:00:00Z',
      'opens 2026-10-03T15:30Z',
    ],
    [
      'where a day was left out',
      { start: '09:00', end: '10:00', timeZone: 'Pacific/Apia' },
      '2011-12-29T22:00:00Z',
      'opens 2011-12-30T19:00Z',
    ],
    [
      'where the clock leaps at midnight',
      { start: '00:00', end: '06:00', timeZone: 'America/Santiago' },
      '2026-09-06T03:00:00Z',
      'opens 2026-09-06T04:00Z',
    ],
    [
      'in UTC, in a leap year',
      { start: '00:30', end: '01:00', timeZone: 'UTC', days: ['tue'] },
      '2028-02-28T12:00:00Z',
      'opens 2028-02-29T00:30Z',
    ],
  ])('%s', (_name, window, now, expected) => {
    expect(told(window, now)).toBe(expected);
  });

  test('is open for as long as its hours are, also where the clock changes', () => {
    const window = inBerlin('01:00', '04:00');
    expect(openMsBetween(window, at('2026-03-28T12:00:00Z'), at('2026-03-29T12:00:00Z'))).toBe(2 * 3_600_000);
    expect(openMsBetween(window, at('2026-10-24T12:00:00Z'), at('2026-10-25T12:00:00Z'))).toBe(4 * 3_600_000);
    expect(openMsBetween(window, at('2026-11-27T01:00:00Z'), at('2026-11-27T01:30:00Z'))).toBe(1_800_000);
  });

  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'UTC',
    'America/Sao_Paulo',
  );
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
  const instant = fc.integer({ min: at('2015-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });

  test('agrees with the clock of its zone on days on which that does not change', () => {
    fc.assert(
      fc.property(zone, time, time, instant, (timeZone, start, end, now) => {
        const offset = localMsAt(timeZone, now) - now;
        const isQuiet = [-2, -1, 1, 2].every((days) => {
          const then = now + days * 86_400_000;
          return localMsAt(timeZone, then) - then === offset;
        });
        fc.pre(isQuiet);
        const clock = new Date(now + offset).toISOString().slice(11, 16);
        const isInside = start < end ? start <= clock && clock < end : clock >= start || clock < end;
        expect(windowAt({ start, end, timeZone }, now).isOpen).toBe(isInside);
      }),
    );
  });

  test('that is closed is open at the instant that it says, and not a millisecond before', () => {
    fc.assert(
      fc.property(zone, time, time, instant, (timeZone, start, end, now) => {
        const state = windowAt({ start, end, timeZone }, now);
        const next = state.isOpen ? state.until : state.opensAt;
        expect(next).toBeGreaterThan(now);
        if (state.isOpen) expect(state.since).toBeLessThanOrEqual(now);
        else {
          expect(windowAt({ start, end, timeZone }, next).isOpen).toBe(true);
          expect(windowAt({ start, end, timeZone }, next - 1).isOpen).toBe(false);
        }
      }),
    );
  });

  test('knows which zones there are', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Nowhere')).toBe(false);
    expect(isTimeZone('')).toBe(false);
  });
});
