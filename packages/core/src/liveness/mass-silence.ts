/**
 * The brake on mass silence. When many nodes fall silent together, that is our own fault until shown otherwise: a switch, a
 * certificate, the server's own network. They are shown as offline, but nothing is done to those that return before somebody
 * says that it is still wanted.
 */

/** The share of a fleet that is too much to be chance, and the size from which on a share says anything. */
const SILENT_SHARE_MAX = 0.3;
const FLEET_MIN = 5;

export interface MassSilenceState {
  /** Nodes that fell silent and have not returned, and when (milliseconds of any clock that never steps). */
  readonly silent: ReadonlyMap<string, number>;
  /** Since when the brake holds; `null`: it does not. */
  readonly since: number | null;
  /** Since when few enough are silent for the brake to end; `null`: too many are. */
  readonly calmSince: number | null;
}

export const NO_SILENCE: MassSilenceState = { silent: new Map(), since: null, calmSince: null };

/** What happened since the last look; nothing at all is an event too: time has passed. */
export interface SilenceEvent {
  /** Nodes whose leases ran out. Saying goodbye is no silence. */
  readonly fell: readonly string[];
  /** Nodes that are back, or were taken out of the fleet. */
  readonly back: readonly string[];
}

export interface SilenceContext {
  readonly now: number;
  /** Nodes that fall silent within this time of each other fell silent together. */
  readonly leaseMs: number;
  /** Nodes that are not offline. */
  readonly believedNodes: number;
}

export interface SilenceStep {
  readonly state: MassSilenceState;
  /** Nodes whose waiting acts must be confirmed from here on. */
  readonly confirm: readonly string[];
}

/** Pure and total. */
export function stepMassSilence(
  before: MassSilenceState,
  event: SilenceEvent,
  { now, leaseMs, believedNodes }: SilenceContext,
): SilenceStep {
  const silent = new Map(before.silent);
  for (const nodeId of event.fell) silent.set(nodeId, now);
  for (const nodeId of event.back) silent.delete(nodeId);
  // Those that were silent long before are nobody's news; they only count while the brake holds because of them.
  const from = Math.min(now - leaseMs, before.since ?? Number.POSITIVE_INFINITY);
  const together = [...silent].filter(([, at]) => at >= from).map(([nodeId]) => nodeId);
  const isTooMany = isMassSilence(together.length, believedNodes + together.length);
  const kept = before.since === null ? new Map([...silent].filter(([, at]) => at >= now - leaseMs)) : silent;

  if (before.since === null) {
    return isTooMany
      ? { state: { silent: kept, since: earliestOf(kept.values(), now), calmSince: null }, confirm: together }
      : { state: { silent: kept, since: null, calmSince: null }, confirm: [] };
  }
  const confirm = event.fell;
  const calmSince = isTooMany ? null : (before.calmSince ?? now);
  const isOver = calmSince !== null && now >= calmSince + leaseMs;
  return isOver
    ? { state: { silent: new Map(), since: null, calmSince: null }, confirm }
    : { state: { silent: kept, since: before.since, calmSince }, confirm };
}

/** Whether so many of a fleet cannot have fallen silent by chance. */
function isMassSilence(silentNodes: number, ofNodes: number): boolean {
  return ofNodes >= FLEET_MIN && silentNodes > SILENT_SHARE_MAX * ofNodes;
}

function earliestOf(instants: Iterable<number>, latest: number): number {
  let earliest = latest;
  for (const at of instants) earliest = Math.min(earliest, at);
  return earliest;
}
