/** The system's clock. */
import type { Clock } from '@sluice/core';

/** Milliseconds that Node.js' timers can count at most; a later instant is approached in steps. */
const TIMER_MS_MAX = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt: (at, wake) => {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const waitMs = at - Date.now();
      timer = setTimeout(waitMs > TIMER_MS_MAX ? arm : wake, Math.min(Math.max(waitMs, 0), TIMER_MS_MAX));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
