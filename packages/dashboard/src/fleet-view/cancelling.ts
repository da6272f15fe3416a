/** What cancelling an operation would do, or why it cannot be cancelled: the rules are those of the server (`decideCancel` in packages/core). */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';

export type Cancelling =
  /** A drain is given up: its hold is released. */
  | 'gives-up'
  /** It has not begun and never will; a drain that it waits for is given up. */
  | 'never-begins'
  /** A command that runs is stopped by its agent. */
  | 'stops';

export type NotCancellable =
  | 'ended'
  | 'asked-already'
  /** A restart is finished, since half of one is worse. */
  | 'restart-has-begun'
  /** The machine goes down, or has gone. */
  | 'reboot-has-begun'
  /** An undrain has released its holds already. */
  | 'undrain';

/** Until then the machine has not been told to reboot. */
const LEAVING_ROTATION = 'leaving rotation';

/** Exactly one of the two is `null`. */
export function cancellingOf({ command, status, phase, cancelRequested }: Operation): {
  readonly does: Cancelling | null;
  readonly whyNot: NotCancellable | null;
} {
  if (isTerminal(status)) return { does: null, whyNot: 'ended' };
  if (command === 'undrain') return { does: null, whyNot: 'undrain' };
  if (command === 'drain') return { does: 'gives-up', whyNot: null };
  if (status === 'queued') return { does: 'never-begins', whyNot: null };
  if (cancelRequested !== null) return { does: null, whyNot: 'asked-already' };
  if (command === 'restart') return { does: null, whyNot: 'restart-has-begun' };
  return command === 'reboot' && phase !== LEAVING_ROTATION
    ? { does: null, whyNot: 'reboot-has-begun' }
    : { does: 'stops', whyNot: null };
}
