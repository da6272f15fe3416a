/** Waiting for a condition, never for time: level-triggered, and a failure says what was seen last. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds until a condition is given up: many times what it takes, since machines that test are also busy with other tests. */
export const WITHIN_MS = 45_000;

/**
 * Asks until `probe` gives something else than `undefined` or `false`.
 * @param what What is waited for, in words for the one who reads the failure.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: { readonly withinMs?: number; readonly seen?: () => unknown } = {},
): Promise<T> {
  const withinMs = options.withinMs ?? WITHIN_MS;
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
