/** Waits a while for what became of a commit. */
import type { SettledOutcome } from '../store.ts';

/** @returns `null`: not within this time, or nobody will ever know. */
export async function within(msMax: number, settled: Promise<SettledOutcome>): Promise<SettledOutcome | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, msMax, null);
  });
  try {
    return await Promise.race([settled, late]);
  } catch {
    // Whoever is told of the doubt hears of this from the promise itself.
    return null;
  } finally {
    clearTimeout(timer);
  }
}
