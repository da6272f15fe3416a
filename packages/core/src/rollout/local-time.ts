/** Wall clocks of time zones, from what the runtime knows of them (Intl): which instant a clock shows, and when it shows a given time. */

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Making one takes a hundred times as long as using it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError where the runtime knows no such zone. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}

export function isTimeZone(timeZone: string): boolean {
  try {
    clockOf(timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What the zone's clock shows at this instant, as if it showed UTC: epoch milliseconds. */
export function localMsAt(timeZone: string, at: number): number {
  const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of clockOf(timeZone).formatToParts(at))
    if (Object.hasOwn(shown, type)) Object.assign(shown, { [type]: Number(value) });
  const { year, month, day, hour, minute, second } = shown;
  return dayNumberOf(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + (at % 1000);
}

/** Days since 1 January 1970 of a date of the Gregorian calendar; years begin in March here, so that a leap day is the last one. */
function dayNumberOf(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/**
 * The first instant at which the zone's clock shows this time or a later one. A time that the clock shows twice is the first of
 * the two; one that it leaps over is the instant of the leap.
 * @param localMs As `localMsAt` tells it.
 */
export function instantOf(timeZone: string, localMs: number): number {
  const offsetAt = (at: number) => localMsAt(timeZone, at) - at;
  const before = offsetAt(localMs - DAY_MS);
  const after = offsetAt(localMs + DAY_MS);
  const byBefore = localMs - before;
  if (before === after || offsetAt(byBefore) === before) return byBefore;
  const byAfter = localMs - after;
  if (offsetAt(byAfter) === after) return byAfter;
  // It leaps over this time: the leap lies between the two.
  let early = Math.floor(byAfter / MINUTE_MS);
  let late = Math.ceil(byBefore / MINUTE_MS);
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle * MINUTE_MS) === before) early = middle;
    else late = middle;
  }
  return late * MINUTE_MS;
}
