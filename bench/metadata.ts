/** How many changes of metadata a second are recorded durably, from 1, 16 and 64 clients at once. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { withFleet } from './support/with-fleet.ts';
import { WorkCpu } from './support/work-cpu.ts';

const CLIENTS = [1, 16, 64] as const;
/** Changes of each client, so that a series takes some seconds. */
const CHANGES = { 1: 1000, 16: 200, 64: 100 } as const;

await benchmark('metadata', 4, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async ({ server }) => {
      const cpu = await WorkCpu.besideIdle(server);
      for (const clients of CLIENTS) {
        progress(`metadata of ${nodes} nodes: ${clients} at once`);
        const caller = new ApiCaller(server.url, clients);
        const durationsMs: number[] = [];
        const change = async (client: number) => {
          for (let turn = 0; turn < CHANGES[clients]; turn += 1) {
            const route = `/api/v1/nodes/${nodeIdOf((client * CHANGES[clients] + turn) % nodes)}/meta`;
            const body = { meta: { owner: 'a benchmark', turn } };
            durationsMs.push((await caller.expect(200, route, { method: 'PATCH', body })).durationMs);
          }
        };
        const startedAt = performance.now();
        const cpuMs = await cpu.of(async () => {
          await Promise.all(Array.from({ length: clients }, (_, client) => change(client)));
        });
        const elapsedMs = performance.now() - startedAt;
        caller.close();
        const name = `PATCH metadata, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
        figures.push(figure(name, nodes, durationsMs, cpuMs, elapsedMs));
      }
    });
  }
});
