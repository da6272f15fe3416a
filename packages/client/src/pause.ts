/** A wait that a signal can end. */

/** Waits, at most until one of the signals is aborted. */
export function pause(durationMs: number, stops: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const stop of stops) stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    for (const stop of stops) stop.addEventListener('abort', end, { once: true });
    if (stops.some((stop) => stop.aborted)) end();
  });
}
