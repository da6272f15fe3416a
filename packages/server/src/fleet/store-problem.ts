/** Tells a store that cannot be used now from a mistake of ours. */
import { StoreUnavailableError } from '../store/store.ts';

/** Why the store cannot be used now, in plain words; `null`: the error says something else. */
export function storeProblemOf(error: unknown): string | null {
  return error instanceof StoreUnavailableError ? error.message : null;
}

/** What was read; `null`: the store cannot be asked now. */
export async function nullWhileAway<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (storeProblemOf(error) === null) throw error;
    return null;
  }
}
