/** Runs a probe again and again: never twice at once, and no sooner than the interval asks. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Poll<Reading> {
  /** Takes its signal, so that it can be given up when polling ends. */
  readonly probe: (signal: AbortSignal) => Promise<Reading>;
  /** From the start of one probe to the start of the next; one that takes longer is followed at once. */
  readonly intervalMs: number;
  readonly report: (reading: Reading) => void;
  readonly signal: AbortSignal;
}

/** Resolves when `signal` ends it. A reading that was under way then is not reported. */
export async function poll<Reading>({ probe, intervalMs, report, signal }: Poll<Reading>): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    const reading = await probe(signal);
    if (isAborted(signal)) return;
    report(reading);
    await pause(Math.max(0, intervalMs - (performance.now() - startedAt)), signal);
  }
}

/** Asked anew, since it may have changed while something was waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw new Error('waiting for the next probe', { cause: error });
  }
}
