/** Instants as the API writes them: RFC 3339, UTC, with milliseconds. */

/** The farthest instants that a date can say, in milliseconds from the epoch. */
const DATE_MS_MAX = 8.64e15;

/** Never throws: an instant that no date can say is shown as the farthest one. */
export function timestamp(at: number): string {
  return new Date(Math.max(-DATE_MS_MAX, Math.min(at, DATE_MS_MAX))).toISOString();
}

export function timestampOrNull(at: number | null): string | null {
  return at === null ? null : timestamp(at);
}
