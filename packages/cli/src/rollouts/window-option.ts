/** `--window`: when a rollout may begin nodes, as it is written on the command line: `mon-fri 02:00-05:00 Europe/Berlin`. */
import type { RolloutWindow, Weekday } from '@sluice/contract';
import { InvalidArgumentError } from 'commander';

const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WINDOW = /^(?:(\S+)\s+)?(\d\d?:\d\d)-(\d\d?:\d\d)\s+(\S+)$/u;
const HOW = 'Write [DAYS] START-END ZONE: "mon-fri 02:00-05:00 Europe/Berlin", "22:00-04:00 UTC".';

/** Throws commander's InvalidArgumentError, which is shown as wrong usage. Whether there is such a time zone, the server says. */
export function parseWindow(text: string): RolloutWindow {
  const [, days, start, end, timeZone] = WINDOW.exec(text.trim()) ?? [];
  if (start === undefined || end === undefined || timeZone === undefined) throw new InvalidArgumentError(HOW);
  const times = { start: start.padStart(5, '0'), end: end.padStart(5, '0'), timeZone };
  return days === undefined ? times : { days: parseDays(days), ...times };
}

/** `mon-fri`, `sat,sun`, `fri-mon`: in the order of a week. */
function parseDays(text: string): Weekday[] {
  const days = new Set<Weekday>();
  for (const part of text.toLowerCase().split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const from = WEEKDAYS.findIndex((day) => day === first);
    const to = WEEKDAYS.findIndex((day) => day === last);
    if (from === -1 || to === -1 || more.length > 0) throw new InvalidArgumentError(HOW);
    for (let step = 0; step <= (to - from + 7) % 7; step += 1) {
      const day = WEEKDAYS[(from + step) % 7];
      if (day !== undefined) days.add(day);
    }
  }
  return WEEKDAYS.filter((day) => days.has(day));
}

export function windowText({ days, start, end, timeZone }: RolloutWindow): string {
  return [...(days === undefined ? [] : [daysText(days)]), `${start}-${end}`, timeZone].join(' ');
}

/** Days that follow each other, three or more, as `mon-fri`; others with commas. */
function daysText(days: readonly Weekday[]): string {
  const sorted = WEEKDAYS.filter((day) => days.includes(day));
  const [first = '', last = first] = [sorted[0], sorted.at(-1)];
  const isRow = sorted.every((day, index) => day === WEEKDAYS[WEEKDAYS.findIndex((one) => one === first) + index]);
  return isRow && sorted.length > 2 ? `${first}-${last}` : sorted.join(',');
}
