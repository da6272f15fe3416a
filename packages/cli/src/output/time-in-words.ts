/** Instants as people say them: `5 min ago`, in `42 s`. */
import { durationInWords } from '@sluice/core';

/** How long ago an RFC 3339 instant was, in its largest unit; an instant to come is `now`. */
export function agoInWords(instant: string, nowMs: number): string {
  const agoMs = nowMs - Date.parse(instant);
  if (agoMs < 1000) return 'now';
  return `${durationInWords(agoMs).split(' ').slice(0, 2).join(' ')} ago`;
}

/** How long until an RFC 3339 instant; one that has passed is `0 s`. */
export function untilInWords(instant: string, nowMs: number): string {
  return durationInWords(Date.parse(instant) - nowMs);
}
