/** The time, for what shows it: one timer for the whole page, and none while nobody looks at a time. */
import { useSyncExternalStore } from 'react';

const EVERY_MS = 1000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, EVERY_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Epoch milliseconds, a second old at most; the component is drawn again every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
