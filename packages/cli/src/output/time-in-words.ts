/** Durations and instants as people say them: `42 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`, `5 min ago`. */

export function durationInWords(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

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

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
