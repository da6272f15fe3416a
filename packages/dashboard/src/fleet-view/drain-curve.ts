/** The curve of a drain: how many sessions were left when, and how far into the future it is drawn. */
import type { ClientEvent } from '@sluice/client';

/** `at` is epoch milliseconds. */
export interface CurvePoint {
  readonly at: number;
  readonly sessions: number;
}

/** Points that are kept: more than a screen has pixels, so that nothing is missed when every other one goes. */
const POINTS_MAX = 4000;

/** Milliseconds that the past of a drain is taken to have at least, so that one that has just begun is not drawn as a point. */
const PAST_MS_MIN = 30_000;

/** The future may take this many times the room of the past, or what has happened would shrink to nothing. */
const FUTURE_PER_PAST_MAX = 3;

/** What the history tells of a drain. @param newestFirst `DrainProgressed` events, as the server lists them. */
export function curveOf(newestFirst: readonly ClientEvent[]): readonly CurvePoint[] {
  return newestFirst.reduceRight<readonly CurvePoint[]>((points, event) => {
    const sessions = event['sessionsRemaining'];
    return typeof sessions === 'number' ? withPoint(points, { at: Date.parse(event.at), sessions }) : points;
  }, []);
}

/** The curve with what was seen next; what is older than its end, or says the same, changes nothing. */
export function withPoint(points: readonly CurvePoint[], next: CurvePoint): readonly CurvePoint[] {
  const last = points.at(-1);
  if (last !== undefined && (next.at < last.at || next.sessions === last.sessions)) return points;
  const kept = points.length < POINTS_MAX ? points : points.filter((_point, index) => index % 2 === 0);
  return [...kept, next];
}

/** The curve through points that were seen by several, in any order. */
export function curveThrough(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const sorted = points.toSorted((one, other) => one.at - other.at);
  return sorted.reduce<readonly CurvePoint[]>((curve, point) => withPoint(curve, point), []);
}

interface Future {
  /** Epoch milliseconds, as all of these. */
  readonly startedAt: number;
  readonly now: number;
  readonly deadlineAt: number | null;
  /** Where the drain ends at its present rate. */
  readonly endsAt: number | null;
}

/** How far to the right the curve is drawn: to the deadline and to its end, unless these are too far off. */
export function drawnUntil({ startedAt, now, deadlineAt, endsAt }: Future): number {
  const farthest = now + FUTURE_PER_PAST_MAX * Math.max(now - startedAt, PAST_MS_MIN);
  const inSight = [deadlineAt, endsAt].filter((at) => at !== null && at > now && at <= farthest);
  return Math.max(now, ...inSight.map((at) => at ?? now));
}
