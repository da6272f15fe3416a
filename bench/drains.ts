/** How fast a drain is told to the agent and seen by a dashboard, alone, and for a thousand nodes at once. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { DrainWatch } from './support/drain-watch.ts';
import { drainByClient, drainByCommandLine, drainByOneRequest, type ManyDrained } from './support/drain-many.ts';
import { against, amount, cost, type Figure, figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { monotonicMs } from './support/monotonic.ts';
import { type ServerWithFleet, withFleet } from './support/with-fleet.ts';
import { WorkCpu } from './support/work-cpu.ts';

const DRAINS = 500;
/** Drains before those that are measured: a server that has been running has compiled what it runs. */
const WARM_UP = 500;
const AT_ONCE = 1000;
/** The first finds code that has not run before; the middle one counts. */
const ROUNDS = 5;
const TOLD_P50_MS_MAX = 2;
const TOLD_P99_MS_MAX = 10;
const MANY_MS_MAX = 250;

await benchmark('drains', 8, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async (both) => {
      const cpu = await WorkCpu.besideIdle(both.server);
      const watch = await DrainWatch.begin(both);
      progress(`${DRAINS} drains, one after the other, in a fleet of ${nodes}`);
      figures.push(...(await oneByOne(both, cpu, watch)));
      const many = Math.min(AT_ONCE, nodes);
      const ids = Array.from({ length: many }, (_, index) => nodeIdOf(index));
      progress(`${many} drains by one request, ${ROUNDS} times`);
      const byRequest: Many[] = [];
      for (let round = 1; round <= ROUNDS; round += 1)
        byRequest.push(await manyAtOnce(both, watch, ids, drainByOneRequest));
      progress(`${many} drains by one command line`);
      const byCommandLine = await manyAtOnce(both, watch, ids, drainByCommandLine);
      progress(`${many} drains through the client`);
      const byClient = await manyAtOnce(both, watch, ids, drainByClient);
      watch.end();
      figures.push(
        ...toldByOneRequest(`${many} drains: one request`, nodes, byRequest),
        ...told(`${many} drains: one command line`, nodes, byCommandLine),
        ...told(`${many} drains: one process, as many requests`, nodes, byClient),
      );
    });
  }
});

async function oneByOne(
  { server, nodes }: ServerWithFleet,
  cpu: WorkCpu,
  watch: DrainWatch,
): Promise<readonly Figure[]> {
  const caller = new ApiCaller(server.url);
  const answeredMs: number[] = [];
  const toldMs: number[] = [];
  const seenMs: number[] = [];
  const first = Array.from({ length: Math.min(WARM_UP, nodes) }, (_, index) => nodeIdOf(index));
  for (const id of first) {
    const drained = watch.seen(id, 'NodeDrained');
    await caller.expect(200, `/api/v1/nodes/${id}/drain`, { method: 'POST', body: {} });
    await drained;
  }
  await watch.undrain(caller, first);
  const cpuMs = await cpu.of(() =>
    server.profiled(`drain-${nodes}`, async () => {
      for (let index = 0; index < Math.min(DRAINS, nodes); index += 1) {
        const id = nodeIdOf(index);
        const told = watch.told(id, 'drain');
        const seen = watch.seen(id, 'NodeDrained');
        const startedAt = monotonicMs();
        const answered = caller.expect(200, `/api/v1/nodes/${id}/drain`, { method: 'POST', body: {} });
        toldMs.push((await told) - startedAt);
        seenMs.push((await seen) - startedAt);
        answeredMs.push((await answered).durationMs);
      }
    }),
  );
  await watch.undrain(
    caller,
    toldMs.map((_, index) => nodeIdOf(index)),
  );
  caller.close();
  const toAgent = figure('drain: POST → agent told', nodes, toldMs, cpuMs);
  return [
    {
      ...toAgent,
      target: {
        text: `p50 ≤ ${TOLD_P50_MS_MAX} ms, p99 ≤ ${TOLD_P99_MS_MAX} ms`,
        isMet: (toAgent.p50Ms ?? Infinity) <= TOLD_P50_MS_MAX && (toAgent.p99Ms ?? Infinity) <= TOLD_P99_MS_MAX,
      },
    },
    figure('drain: POST → answer', nodes, answeredMs, null),
    figure('drain: POST → `drained` on an event stream', nodes, seenMs, null),
  ];
}

interface Many {
  readonly count: number;
  readonly asked: ManyDrained;
  readonly toldMs: number;
  readonly seenMs: number;
  readonly cpuMs: number | null;
}

async function manyAtOnce(
  { server }: ServerWithFleet,
  watch: DrainWatch,
  ids: readonly string[],
  drain: (url: string, ids: readonly string[]) => Promise<ManyDrained>,
): Promise<Many> {
  const told = Promise.all(ids.map((id) => watch.told(id, 'drain')));
  const seen = Promise.all(ids.map((id) => watch.seen(id, 'NodeDrained')));
  const cpuBeforeMs = server.cpuMs();
  const asked = await drain(server.url, ids);
  const toldMs = Math.max(...(await told)) - asked.startedAt;
  const seenMs = Math.max(...(await seen)) - asked.startedAt;
  const cpuMs = cpuBeforeMs === null ? null : (server.cpuMs() ?? 0) - cpuBeforeMs;
  const caller = new ApiCaller(server.url, 32);
  await watch.undrain(caller, ids);
  caller.close();
  return { count: ids.length, asked, toldMs, seenMs, cpuMs };
}

function toldByOneRequest(name: string, nodes: number, rounds: readonly Many[]): readonly Figure[] {
  const ofRounds = (what: string, durationMs: (round: Many) => number) =>
    figure(`${name}: ${what}`, nodes, rounds.map(durationMs), null);
  const allTold = ofRounds('all durable, all agents told', ({ toldMs }) => toldMs);
  return [
    against(allTold, `p50 ≤ ${MANY_MS_MAX} ms`, allTold.p50Ms, MANY_MS_MAX),
    ofRounds('answered', ({ asked }) => asked.durationMs),
    ofRounds('all seen as drained', ({ seenMs }) => seenMs),
    ...rounds.map(({ count, cpuMs }, round) =>
      cost(`${name}: each, round ${round + 1}`, nodes, { repeated: count, cpuMs }),
    ),
  ];
}

function told(name: string, nodes: number, { count, asked, toldMs, seenMs, cpuMs }: Many): readonly Figure[] {
  return [
    amount(`${name}: all agents told after`, nodes, toldMs, 'ms'),
    amount(`${name}: all answered after`, nodes, asked.durationMs, 'ms'),
    amount(`${name}: all seen as drained after`, nodes, seenMs, 'ms'),
    cost(`${name}: each`, nodes, { repeated: count, cpuMs }),
  ];
}
