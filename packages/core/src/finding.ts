/** What an examination of a machine or a connection comes to: what was seen, whether that is good, and what mends it. */

export interface Finding {
  /** Names the check for programs; it never changes its meaning. */
  readonly check: string;
  /** Names it for people. */
  readonly title: string;
  /** `warning`: it works, but not for long, not for all, or not safely. */
  readonly verdict: 'fine' | 'warning' | 'fault';
  /** One sentence. */
  readonly seen: string;
  /** What to do, in a sentence or a command; `null`: nothing. */
  readonly mend: string | null;
}

export type Check = Pick<Finding, 'check' | 'title'>;

export function fine(check: Check, seen: string): Finding {
  return { ...check, verdict: 'fine', seen, mend: null };
}

export function warning(check: Check, seen: string, mend: string): Finding {
  return { ...check, verdict: 'warning', seen, mend };
}

export function fault(check: Check, seen: string, mend: string): Finding {
  return { ...check, verdict: 'fault', seen, mend };
}
