/** Instants as the API writes them: RFC 3339, UTC, with milliseconds. */

export function timestamp(at: number): string {
  return new Date(at).toISOString();
}

export function timestampOrNull(at: number | null): string | null {
  return at === null ? null : timestamp(at);
}
