/** Who of the servers is there, by what the roll shows over time: a server whose beat stands still for long enough is gone. Pure. */
import type { StoredReplica } from '../store/shared-store.ts';

/** Milliseconds for which a beat may stand still. A server that is cut off, or frozen, for longer is given up. */
export const GIVE_UP_MS = 3000;
/** Milliseconds without asking from which on nothing counts that was seen before: whoever did not look knows of nobody that they were silent. */
const LOOKED_AWAY_MS = 1000;
/** Milliseconds that one look counts at most, however long its answer took: a store that keeps one waiting keeps the others from beating, too. */
const LOOK_COUNTS_MS_MAX = 1000;

interface Seen {
  readonly beat: number;
  /** Milliseconds for which it has been seen to stand still. */
  readonly stillMs: number;
}

/** What was seen of the roll. */
export interface Presence {
  /** When the answer of the last look was there. */
  readonly lookedAt: number | null;
  readonly seen: ReadonlyMap<string, Seen>;
}

export const NOBODY_SEEN: Presence = { lookedAt: null, seen: new Map() };

/** When the roll was asked for and when it was there, in milliseconds of a clock that never steps. */
export interface Look {
  readonly beganAt: number;
  readonly endedAt: number;
}

/**
 * @returns What was seen by now, and who is to be given up.
 */
export function look(
  before: Presence,
  roll: readonly StoredReplica[],
  ownId: string,
  { beganAt, endedAt }: Look,
): { readonly presence: Presence; readonly silent: readonly StoredReplica[] } {
  const { lookedAt } = before;
  const hasLookedAway = lookedAt === null || beganAt - lookedAt > LOOKED_AWAY_MS;
  const countsMs = hasLookedAway ? 0 : Math.min(endedAt - lookedAt, LOOK_COUNTS_MS_MAX);
  const seen = new Map<string, Seen>();
  const silent: StoredReplica[] = [];
  for (const replica of roll) {
    const known = before.seen.get(replica.id);
    const isSame = known !== undefined && known.beat === replica.beat && !hasLookedAway;
    const stillMs = isSame ? known.stillMs + countsMs : 0;
    seen.set(replica.id, { beat: replica.beat, stillMs });
    if (replica.id !== ownId && stillMs >= GIVE_UP_MS) silent.push(replica);
  }
  return { presence: { lookedAt: endedAt, seen }, silent };
}
