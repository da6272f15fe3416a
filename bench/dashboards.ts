/** What a hundred dashboards that follow the events cost while a thousand nodes change, beside the same changes without them. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { DrainWatch } from './support/drain-watch.ts';
import { amount, type Figure, figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { type ServerWithFleet, withFleet } from './support/with-fleet.ts';
import { WorkCpu } from './support/work-cpu.ts';
import { Watchers } from './support/watchers.ts';

const DASHBOARDS = 100;
const CHANGES = 1000;
/** Requests under way at once. */
const AT_ONCE = 16;

await benchmark('dashboards', 5, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async (both) => {
      const cpu = await WorkCpu.besideIdle(both.server);
      const watch = await DrainWatch.begin(both);
      const ids = Array.from({ length: Math.min(CHANGES, nodes) }, (_, index) => nodeIdOf(index));
      progress(`${ids.length} nodes change, and nobody watches`);
      figures.push(...(await drainAll(both, cpu, watch, ids, 'nobody watches')));
      const watchers = await Watchers.open(both.server.url, DASHBOARDS);
      progress(`${ids.length} nodes change, and ${DASHBOARDS} dashboards watch`);
      const seen = watchers.seen('NodeDrained', ids.length);
      figures.push(
        ...(await both.server.profiled(`dashboards-${nodes}`, () =>
          drainAll(both, cpu, watch, ids, `${DASHBOARDS} dashboards watch`),
        )),
      );
      const { events, p50Ms, p99Ms } = await seen;
      figures.push({
        ...figure('an event: committed → seen by a dashboard', nodes, [p50Ms], null),
        repeated: events,
        p50Ms,
        p99Ms,
      });
      await watchers.stop();
      watch.end();
    });
  }
});

async function drainAll(
  { server, nodes }: ServerWithFleet,
  cpu: WorkCpu,
  watch: DrainWatch,
  ids: readonly string[],
  meanwhile: string,
): Promise<readonly Figure[]> {
  const caller = new ApiCaller(server.url, AT_ONCE);
  const durationsMs: number[] = [];
  let cpuMs: number | null = null;
  const startedAt = performance.now();
  const drained = Promise.all(ids.map((id) => watch.seen(id, 'NodeDrained')));
  const lag = await server.lagOf(async () => {
    cpuMs = await cpu.of(async () => {
      const left = [...ids];
      const one = async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          const answered = await caller.expect(200, `/api/v1/nodes/${id}/drain`, { method: 'POST', body: {} });
          durationsMs.push(answered.durationMs);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      await drained;
    });
  });
  const elapsedMs = performance.now() - startedAt;
  await watch.undrain(caller, ids);
  caller.close();
  return [
    figure(`drain, ${AT_ONCE} at once, ${meanwhile}`, nodes, durationsMs, cpuMs, elapsedMs),
    amount(`event loop late, p99, ${meanwhile}`, nodes, lag.p99Ms, 'ms'),
    amount(`event loop late at most, ${meanwhile}`, nodes, lag.longestMs, 'ms'),
  ];
}
