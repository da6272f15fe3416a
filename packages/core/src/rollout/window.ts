/**
 * The window of a rollout: when it may begin nodes. It opens at `start` of each of its days, as the clock of its zone shows it,
 * and closes at `end`: on the next day where that is not after `start`.
 */
import type { RolloutWindow, Weekday } from '@sluice/contract';
import { DAY_MS, instantOf, localMsAt } from './local-time.ts';

/** By number of the day since 1 January 1970, which was a Thursday. */
const WEEKDAYS: readonly Weekday[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];
/** Days to look ahead: the one day of a week may be one on which the clock leaps over the whole window. */
const DAYS_AHEAD = 15;

/** Epoch milliseconds. */
export type WindowState =
  | { readonly isOpen: true; readonly since: number; readonly until: number }
  | { readonly isOpen: false; readonly opensAt: number };

/** The answer for a window stays the same until it opens or closes, and is asked for at every step. */
const answers = new WeakMap<
  RolloutWindow,
  { readonly from: number; readonly to: number; readonly state: WindowState }
>();

/** Whether it is open now, and until when; or when it opens next. */
export function windowAt(window: RolloutWindow, now: number): WindowState {
  const known = answers.get(window);
  if (known !== undefined && known.from <= now && now < known.to) return known.state;
  const state = lookAt(window, now);
  answers.set(
    window,
    state.isOpen ? { from: state.since, to: state.until, state } : { from: now, to: state.opensAt, state },
  );
  return state;
}

function lookAt(window: RolloutWindow, now: number): WindowState {
  const today = Math.floor(localMsAt(window.timeZone, now) / DAY_MS);
  for (let day = today - 2; day <= today + DAYS_AHEAD; day += 1) {
    const opening = openingOf(window, day);
    if (opening === null || opening.until <= now) continue;
    return opening.since <= now ? { isOpen: true, ...opening } : { isOpen: false, opensAt: opening.since };
  }
  // No clock leaps over the same hours of three weeks; if one did, it would be asked again then.
  return { isOpen: false, opensAt: now + DAYS_AHEAD * DAY_MS };
}

/** Milliseconds between two instants during which it was open. */
export function openMsBetween(window: RolloutWindow, from: number, to: number): number {
  const firstDay = Math.floor(localMsAt(window.timeZone, from) / DAY_MS) - 2;
  const lastDay = Math.floor(localMsAt(window.timeZone, to) / DAY_MS);
  let openMs = 0;
  for (let day = firstDay; day <= lastDay; day += 1) {
    const opening = openingOf(window, day);
    if (opening !== null) openMs += Math.max(0, Math.min(to, opening.until) - Math.max(from, opening.since));
  }
  return openMs;
}

/** From when to when it is open that day; `null`: not at all. */
function openingOf(window: RolloutWindow, day: number): { readonly since: number; readonly until: number } | null {
  const weekday = WEEKDAYS[((day % 7) + 7) % 7];
  if (window.days !== undefined && (weekday === undefined || !window.days.includes(weekday))) return null;
  const startMs = timeOfDayMs(window.start);
  const endMs = timeOfDayMs(window.end);
  const since = instantOf(window.timeZone, day * DAY_MS + startMs);
  const until = instantOf(window.timeZone, (endMs > startMs ? day : day + 1) * DAY_MS + endMs);
  return since < until ? { since, until } : null;
}

function timeOfDayMs(time: string): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * 60_000;
}
