/** What a hundred dashboards that follow the events cost while a thousand nodes change, beside the same changes without them. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { DrainWatch } from './support/drain-watch.ts';
import { against, amount, type Figure, figure } from './support/figures.ts';
import type { Lag } from './support/measured-server.ts';
import { nodeIdOf } from './support/hello.ts';
import { type ServerWithFleet, withFleet } from './support/with-fleet.ts';
import { WorkCpu } from './support/work-cpu.ts';
import { Watchers } from './support/watchers.ts';

const DASHBOARDS = 100;
const CHANGES = 1000;
/** Requests under way at once. */
const AT_ONCE = 16;
/** After one that is not measured, in which the server compiles what it runs; of their lateness the middle counts. */
const ROUNDS = 3;
const LATE_MS_MAX = 20;

await benchmark('dashboards', 8, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async (both) => {
      const cpu = await WorkCpu.besideIdle(both.server);
      const watch = await DrainWatch.begin(both);
      const ids = Array.from({ length: Math.min(CHANGES, nodes) }, (_, index) => nodeIdOf(index));
      const rounds = async (meanwhile: string): Promise<readonly Figure[]> => {
        progress(`${ids.length} nodes change, and ${meanwhile}`);
        await drainAll(both, cpu, watch, ids);
        const measured: Round[] = [];
        while (measured.length < ROUNDS) measured.push(await drainAll(both, cpu, watch, ids));
        return figuresOf(measured, nodes, meanwhile);
      };
      figures.push(...(await rounds('nobody watches')));
      const watchers = await Watchers.open(both.server.url, DASHBOARDS);
      const seen = watchers.seen('NodeDrained', ids.length * (1 + ROUNDS));
      figures.push(
        ...(await both.server.profiled(`dashboards-${nodes}`, () => rounds(`${DASHBOARDS} dashboards watch`))),
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

interface Round {
  readonly durationsMs: readonly number[];
  readonly cpuMs: number | null;
  readonly elapsedMs: number;
  readonly lag: Lag;
}

async function drainAll(
  { server }: ServerWithFleet,
  cpu: WorkCpu,
  watch: DrainWatch,
  ids: readonly string[],
): Promise<Round> {
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
  return { durationsMs, cpuMs, elapsedMs, lag };
}

function figuresOf(rounds: readonly Round[], nodes: number, meanwhile: string): readonly Figure[] {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const cpuMs = rounds.every((round) => round.cpuMs !== null) ? sum((round) => round.cpuMs ?? 0) : null;
  const lateMs = rounds.map(({ lag }) => lag.p99Ms).sort((one, other) => one - other)[Math.floor(rounds.length / 2)];
  const late = amount(`event loop late, p99, ${meanwhile}`, nodes, lateMs ?? 0, 'ms');
  return [
    figure(
      `drain, ${AT_ONCE} at once, ${meanwhile}`,
      nodes,
      rounds.flatMap(({ durationsMs }) => durationsMs),
      cpuMs,
      sum(({ elapsedMs }) => elapsedMs),
    ),
    against(late, `≤ ${LATE_MS_MAX} ms`, lateMs ?? null, LATE_MS_MAX),
    amount(`event loop late at most, ${meanwhile}`, nodes, Math.max(...rounds.map(({ lag }) => lag.longestMs)), 'ms'),
  ];
}
