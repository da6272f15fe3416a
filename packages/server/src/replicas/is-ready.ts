/** Whether another server is ready: whether it can record what this one cannot. */

/** Milliseconds for which its answer is waited for. */
const ANSWER_MS_MAX = 2000;

/** @param url Where it says that it is reached. @returns `null`: nobody knows, since it does not answer. */
export async function isReady(url: string): Promise<boolean | null> {
  try {
    const { status } = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return status === 200;
  } catch {
    return null;
  }
}
