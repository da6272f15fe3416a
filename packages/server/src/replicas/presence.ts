/** Who of the servers is there, by what the roll shows over time: a server whose beat stands still for long enough is gone. Pure. */
import type { StoredReplica } from '../store/shared-store.ts';

/** Milliseconds for which a beat may stand still. A server that is cut off, or frozen, for longer is given up. */
export const GIVE_UP_MS = 3000;
/** Milliseconds between two looks from which on nothing counts that was seen before: whoever could not look knows of nobody that they were silent. */
const LOOKED_AWAY_MS = 1000;

interface Seen {
  readonly beat: number;
  /** When that beat was seen first, or was counted from anew. */
  readonly since: number;
}

/** What was seen of the roll. */
export interface Presence {
  readonly lookedAt: number | null;
  readonly seen: ReadonlyMap<string, Seen>;
}

export const NOBODY_SEEN: Presence = { lookedAt: null, seen: new Map() };

/**
 * @param now Milliseconds of a clock that never steps.
 * @returns What was seen by now, and who is to be given up.
 */
export function look(
  before: Presence,
  roll: readonly StoredReplica[],
  ownId: string,
  now: number,
): { readonly presence: Presence; readonly silent: readonly StoredReplica[] } {
  const hasLookedAway = before.lookedAt === null || now - before.lookedAt > LOOKED_AWAY_MS;
  const seen = new Map<string, Seen>();
  const silent: StoredReplica[] = [];
  for (const replica of roll) {
    const known = before.seen.get(replica.id);
    const isSame = known !== undefined && known.beat === replica.beat && !hasLookedAway;
    const since = isSame ? known.since : now;
    seen.set(replica.id, { beat: replica.beat, since });
    if (replica.id !== ownId && now - since >= GIVE_UP_MS) silent.push(replica);
  }
  return { presence: { lookedAt: now, seen }, silent };
}
