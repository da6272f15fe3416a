/** Heartbeats in the rhythm that the server gave: many agents speak at the same instants, and it wakes once for all of them. */
import type { Welcome } from '@sluice/contract';
import type { Clock } from '@sluice/core';

/** None comes a little later than the one before: each is due an interval after the other was due, not after it came. @returns What ends it. */
export function beatInRhythm(
  clock: Clock,
  { heartbeatIntervalMs, firstHeartbeatInMs }: Pick<Welcome, 'heartbeatIntervalMs' | 'firstHeartbeatInMs'>,
  beat: () => void,
): () => void {
  let dueAt = clock.now() + Math.min(firstHeartbeatInMs ?? heartbeatIntervalMs, heartbeatIntervalMs);
  let cancel = () => {};
  let isOver = false;
  const wait = () => {
    const now = clock.now();
    // Never longer than an interval, also when the clock was set back meanwhile.
    const waitMs = Math.min(Math.max(dueAt - now, 0), heartbeatIntervalMs);
    cancel = clock.wakeAt(now + waitMs, () => {
      // Those that were missed while this process stood still are not made up for; a clock that was set back has missed none.
      dueAt += (Math.floor((clock.now() - dueAt) / heartbeatIntervalMs) + 1) * heartbeatIntervalMs;
      beat();
      if (!isOver) wait();
    });
  };
  wait();
  return () => {
    isOver = true;
    cancel();
  };
}
