/** What durability costs: drains that are on the disk before they are answered, from 1, 16 and 64 clients at once, on both stores. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { type Figure, figure } from './support/figures.ts';
import { withPostgres } from './support/measured-postgres.ts';
import type { MeasuredServer } from './support/measured-server.ts';
import { nodeIdOf } from './support/hello.ts';
import { withFleet } from './support/with-fleet.ts';

const CLIENTS = [1, 16, 64] as const;
const NODES = 64;
/** Drains of each client, so that a series takes some seconds. */
const DRAINS = { 1: 1500, 16: 300, 64: 150 } as const;

async function measure(store: string, server: MeasuredServer): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const clients of CLIENTS) {
    progress(`${store}: ${clients} at once`);
    const caller = new ApiCaller(server.url, clients);
    const durationsMs: number[] = [];
    const drain = async (client: number) => {
      for (let count = 0; count < DRAINS[clients]; count += 1) {
        const route = `/api/v1/nodes/${nodeIdOf(client)}/drain`;
        durationsMs.push((await caller.expect(200, route, { method: 'POST', body: {} })).durationMs);
      }
    };
    const startedAt = performance.now();
    const cpuMs = await server.cpuOf(async () => {
      await Promise.all(Array.from({ length: clients }, (_, client) => drain(client)));
    });
    caller.close();
    const name = `${store}, ${clients} ${clients === 1 ? 'client' : 'clients'}: POST …/drain`;
    figures.push(figure(name, NODES, durationsMs, cpuMs, performance.now() - startedAt));
  }
  return figures;
}

await benchmark('durability', 5, async (_scale, figures) => {
  await withFleet(NODES, async ({ server }) => {
    figures.push(...(await measure('SQLite', server)));
  });
  await withPostgres((databaseUrl) =>
    withFleet(
      NODES,
      async ({ server }) => {
        figures.push(...(await measure('PostgreSQL', server)));
      },
      databaseUrl,
    ),
  );
});
