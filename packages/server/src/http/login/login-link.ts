/** One-time links into the dashboard. */

/** Milliseconds that a link works for: it is opened by whoever has just asked for it, perhaps after reading on. */
export const LOGIN_LINK_MS = 15 * 60_000;

/** The dashboard's page that uses a code up. It stands behind the `#`, which browsers keep to themselves: no log has it. */
export function loginPath(code: string): string {
  return `/login#code=${code}`;
}
