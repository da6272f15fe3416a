/** Brings a fleet's memory up to date with what other servers of the store have committed. */
import { StoreUnavailableError } from '../store/store.ts';
import type { Fleet } from './fleet.ts';

/** A turn at deciding in which nothing is decided: before it, memory shows all that was committed. */
export async function catchUp(fleet: Pick<Fleet, 'access'>): Promise<void> {
  const result = await fleet.access(() => ({ ok: true, value: { tokens: [], notes: [] } }));
  if (!result.ok) throw new StoreUnavailableError(result.problem.detail);
}
