/** Watches for the system's clock being set, and takes every deadline along: what was due in a minute still is. */
import type { Logger } from 'pino';
import { steadyClock, type WallClock } from './system-clock.ts';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 1000;
/** Milliseconds that are corrected in passing, and those from which on deadlines are moved. */
const CORRECTION_MS_MIN = 50;
const STEP_MS_MIN = 1000;

export interface ClockWatchOptions {
  readonly clock: WallClock;
  /** Records that every time to come moves along, and calls `anchor` in the moment in which that is durable. */
  readonly shiftTimes: (byMs: number, anchor: () => void) => Promise<boolean>;
  /** Whether other servers decide as well, by clocks of their own: what was due in a minute by theirs still is. */
  readonly hasOthers: () => boolean;
  readonly logger: Logger;
}

/** @returns What ends it; resolves when nothing is under way any more. */
export function watchClock({ clock, shiftTimes, hasOthers, logger }: ClockWatchOptions): () => Promise<void> {
  let cancel: () => void = () => undefined;
  let turn: Promise<void> = Promise.resolve();
  let isStopped = false;

  const look = async () => {
    const stepMs = clock.stepMs();
    if (Math.abs(stepMs) >= STEP_MS_MIN && hasOthers()) {
      logger.warn(
        { event: 'clock-set', stepMs },
        'the system’s clock was set; deadlines stay, as other servers have them',
      );
      clock.anchor(stepMs);
    } else if (Math.abs(stepMs) >= STEP_MS_MIN) {
      logger.warn({ event: 'clock-set', stepMs }, 'the system’s clock was set; every deadline moves along');
      const isRecorded = await shiftTimes(stepMs, () => clock.anchor(stepMs));
      if (!isRecorded)
        logger.warn({ event: 'clock-unset', stepMs }, 'that could not be recorded yet; it is tried again');
    } else if (Math.abs(stepMs) >= CORRECTION_MS_MIN) {
      clock.anchor(stepMs);
    }
    if (!isStopped) arm();
  };
  const arm = () => {
    cancel = steadyClock.wakeAt(steadyClock.now() + LOOK_EVERY_MS, () => {
      turn = look().catch((error: unknown) =>
        logger.error({ event: 'clock-watch-failed', err: error }, 'the system’s clock is not watched any more'),
      );
    });
  };
  arm();
  return async () => {
    isStopped = true;
    cancel();
    await turn;
  };
}
