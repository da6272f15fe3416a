/** Errors for a person: what failed, and why, in one line. */

/** An error and its causes in one line. */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${sentence(error.cause)}`;
}
