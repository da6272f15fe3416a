/** The agent's clock: it never steps, whoever sets the system's; what is due in a minute is due in a minute. */
import type { Clock } from '@sluice/core';

/** Milliseconds that Node.js' timers can count at most; who waits longer is woken early and looks again. */
const TIMER_MS_MAX = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  wakeAt: (at, wake) => {
    const timer = setTimeout(wake, Math.min(Math.max(at - systemClock.now(), 0), TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};
