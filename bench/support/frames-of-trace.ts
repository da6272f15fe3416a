/** What a trace of Chromium says of how smooth a page was: frames that were drawn, and how busy its main thread. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';

const TraceEvent = Type.Object({
  name: Type.String(),
  pid: Type.Integer(),
  tid: Type.Integer(),
  /** Microseconds. */
  ts: Type.Number(),
  dur: Type.Optional(Type.Number()),
  /** The same in CPU time of the thread. */
  tdur: Type.Optional(Type.Number()),
  args: Type.Optional(Type.Object({ name: Type.Optional(Type.String()) })),
});
type TraceEvent = Type.Static<typeof TraceEvent>;
const traceEvent = Compile(TraceEvent);

const MICROSECONDS = 1_000_000;

export interface Smoothness {
  /** Frames that reached the screen, a second. */
  readonly framesPerSecond: number;
  /** Milliseconds from one frame to the next. */
  readonly gapsMs: readonly number[];
  /** CPU of the page's main thread, of one core: what others take of the machine is not in it. */
  readonly cpuShare: number;
  /** Milliseconds of CPU of that thread's longest task: so long at least nothing that is typed or clicked is seen. */
  readonly longestTaskMs: number;
}

export function smoothnessOf(events: readonly unknown[]): Smoothness {
  const all = events.filter((event): event is TraceEvent => traceEvent.Check(event));
  const frames = all.filter(({ name }) => name === 'DrawFrame');
  // The page that was looked at is the one that drew the most.
  const pid = mostFrequent(frames.map((frame) => frame.pid));
  const drawnAt = frames
    .filter((frame) => frame.pid === pid)
    .map(({ ts }) => ts)
    .sort((one, other) => one - other);
  const [first = 0, last = 0] = [drawnAt[0], drawnAt.at(-1)];
  const main = all.find(
    (each) => each.pid === pid && each.name === 'thread_name' && each.args?.name === 'CrRendererMain',
  );
  const tasks = all.filter(
    (each) =>
      each.pid === pid && each.tid === main?.tid && each.name === 'RunTask' && each.ts >= first && each.ts <= last,
  );
  const elapsed = last - first;
  const cpu = tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0);
  return {
    framesPerSecond: ((drawnAt.length - 1) * MICROSECONDS) / elapsed,
    gapsMs: drawnAt.slice(1).map((at, index) => (at - (drawnAt[index] ?? at)) / 1000),
    cpuShare: cpu / elapsed,
    longestTaskMs: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1000,
  };
}

function mostFrequent(values: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}
