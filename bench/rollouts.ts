/** What a rollout costs the server for each node, beside the same drains, restarts and undrains asked for by hand, batch by batch. */
import { setTimeout } from 'node:timers/promises';
import type { Rollout } from '@sluice/contract';
import { createClient } from '@sluice/client';
import { benchmark, progress } from './support/benchmark.ts';
import { DrainWatch } from './support/drain-watch.ts';
import { amount, type Figure, figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { ADMIN_TOKEN } from './support/tokens.ts';
import { type ServerWithFleet, withFleet } from './support/with-fleet.ts';
import { WorkCpu } from './support/work-cpu.ts';

/** Of the fleet at once, as a share of it. */
const AT_ONCE_SHARE = 0.02;
const LOOK_EVERY_MS = 1000;

type Api = ReturnType<typeof createClient>;

await benchmark('rollouts', 10, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async (both) => {
      const api = createClient({ url: both.server.url, token: ADMIN_TOKEN });
      const cpu = await WorkCpu.besideIdle(both.server);
      const watch = await DrainWatch.begin(both);
      progress(`${nodes} nodes are drained, restarted and undrained by hand, ${atOnce(nodes)} at once`);
      const byHand = await measured(both, cpu, 'by hand', () => byHandAll(api, watch, nodes));
      watch.end();
      progress(`${nodes} nodes are rolled through, ${atOnce(nodes)} at once`);
      const byRollout = await measured(both, cpu, 'by a rollout', () => rollThrough(api));
      const overhead = (byRollout.node.cpuMicroseconds ?? Number.NaN) - (byHand.node.cpuMicroseconds ?? Number.NaN);
      figures.push(
        byHand.node,
        byRollout.node,
        amount("a node's restart: what the rollout itself adds, CPU", nodes, overhead, 'µs'),
        ...byHand.lag,
        ...byRollout.lag,
      );
    });
  }
});

function atOnce(nodes: number): number {
  return Math.floor(nodes * AT_ONCE_SHARE);
}

async function measured(
  { server, nodes }: ServerWithFleet,
  cpu: WorkCpu,
  how: string,
  work: () => Promise<void>,
): Promise<{ readonly node: Figure; readonly lag: readonly Figure[] }> {
  let cpuMs: number | null = null;
  const startedAt = performance.now();
  const lag = await server.lagOf(async () => {
    cpuMs = await server.profiled(`rollouts-${nodes} ${how}`.replaceAll(' ', '-'), () => cpu.of(work));
  });
  const elapsedMs = performance.now() - startedAt;
  const each = Array.from({ length: nodes }, () => elapsedMs / nodes);
  return {
    node: {
      ...figure(`a node: drained, restarted, undrained ${how}`, nodes, each, cpuMs, elapsedMs),
      p50Ms: null,
      p99Ms: null,
    },
    lag: [amount(`event loop late, p99, ${how}`, nodes, lag.p99Ms, 'ms')],
  };
}

/** As a script would that waits for each batch. */
async function byHandAll(api: Api, watch: DrainWatch, nodes: number): Promise<void> {
  const size = atOnce(nodes);
  for (let first = 0; first < nodes; first += size) {
    const ids = Array.from({ length: Math.min(size, nodes - first) }, (_, index) => nodeIdOf(first + index));
    for (const [name, kind] of [
      ['drain', 'NodeDrained'],
      ['restart', 'WorkloadChanged'],
      ['undrain', 'NodeActivated'],
    ] as const) {
      const done = ids.map((id) => watch.seen(id, kind));
      const answer = await api.runOnNodes({ name, body: { nodeIds: ids } });
      if (!answer.ok) throw new Error(`${name} of a batch was refused: ${answer.problem.code}`);
      await Promise.all(done);
    }
  }
}

async function rollThrough(api: Api): Promise<void> {
  const started = await api.startRollout({
    body: { all: true, command: { kind: 'restart' }, maxUnavailable: `${AT_ONCE_SHARE * 100}%`, healthySeconds: 0 },
  });
  if (!started.ok) throw new Error(`the rollout was refused: ${started.problem.detail}`);
  let rollout: Rollout = started.value;
  while (rollout.endedAt === null) {
    await setTimeout(LOOK_EVERY_MS);
    const answer = await api.getRollout({ id: rollout.id });
    if (!answer.ok) throw new Error(`looking at the rollout: ${answer.problem.code}`);
    rollout = answer.value;
    if (rollout.status === 'paused') throw new Error(`the rollout paused: ${rollout.pause?.detail}`);
  }
  if (rollout.status !== 'succeeded') throw new Error(`the rollout ended as ${rollout.status}: ${rollout.error}`);
}
