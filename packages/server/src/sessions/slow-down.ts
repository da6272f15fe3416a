/** An agent that says more than it may is read more slowly: nothing of what it says is lost, and nobody else waits for it. */
import type { WebSocket } from 'ws';
import type { LimitSettings } from '../limits/limit-settings.ts';
import { Budget } from '../limits/rate-limiter.ts';

/** Bytes of a message that count as one more. */
const BYTES_PER_UNIT = 4096;
/** Milliseconds for which nothing is read of an agent at most at once: far less than any lease, so that it is still heard. */
const PAUSE_MS_MAX = 1000;

/** @returns To be called with the bytes of each message. */
export function slowDown(
  socket: WebSocket,
  { messagesPerSecond, messagesBurst }: Pick<LimitSettings, 'messagesPerSecond' | 'messagesBurst'>,
): (bytes: number) => void {
  const budget = new Budget({ perSecond: messagesPerSecond, burst: messagesBurst });
  let readAgainAt = 0;
  let isPaused = false;
  const readAgain = () => {
    const leftMs = readAgainAt - performance.now();
    if (leftMs > 0) {
      setTimeout(readAgain, leftMs);
      return;
    }
    isPaused = false;
    socket.resume();
  };
  return (bytes) => {
    const now = performance.now();
    const weight = 1 + Math.floor(bytes / BYTES_PER_UNIT);
    // What is there is taken and counts, also where it came too early: nothing more is read until then.
    const waitMs = budget.charge(weight, now);
    if (waitMs === 0) return;
    readAgainAt = Math.max(readAgainAt, now + Math.min(waitMs, PAUSE_MS_MAX));
    if (isPaused) return;
    isPaused = true;
    socket.pause();
    setTimeout(readAgain, Math.min(waitMs, PAUSE_MS_MAX));
  };
}
