/** Waits for Ctrl-C, SIGTERM, or something else that ends a long-running command. */
import type { Terminal } from './terminal.ts';

/** Resolves with `null` when the terminal is interrupted, else with what `other` came to, whichever is first. */
export async function untilInterrupted<T>(
  { interrupt }: Terminal,
  other: Promise<T> = new Promise(() => undefined),
): Promise<T | null> {
  let end: () => void = () => undefined;
  const interrupted = new Promise<null>((resolve) => {
    end = () => resolve(null);
    if (interrupt.aborted) end();
    else interrupt.addEventListener('abort', end, { once: true });
  });
  const first = await Promise.race([interrupted, other]);
  interrupt.removeEventListener('abort', end);
  return first;
}
