/** Waiting for a condition, never for time: level-triggered, and a failure says what was seen last. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until `probe` gives something else than `undefined` or `false`.
 * @param what What is waited for, in words for the one who reads the failure.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: { readonly withinMs?: number; readonly seen?: () => unknown } = {},
): Promise<T> {
  const withinMs = options.withinMs ?? 15_000;
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() >= giveUpAt) {
      const seen = options.seen === undefined ? '' : `; last seen: ${JSON.stringify(options.seen(), null, 1)}`;
      throw new Error(`waited ${withinMs} ms for ${what}${seen}`);
    }
    await sleep(25);
  }
}
