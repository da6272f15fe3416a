/** What durability costs: drains that are on the disk before they are answered, from 1, 16 and 64 clients at once, on both stores. */
import { type Figure, figure } from './support/figures.ts';
import { withPostgres } from './support/measured-postgres.ts';
import { type MeasuredServer, withServer } from './support/measured-server.ts';
import { report } from './support/report.ts';

const CLIENTS = [1, 16, 64] as const;
const NODES = 64;
/** Drains of each client, so that a series takes some seconds. */
const DRAINS = { 1: 1500, 16: 300, 64: 150 } as const;

async function measure(store: string, server: MeasuredServer): Promise<readonly Figure[]> {
  await server.addNodes(NODES);
  const figures: Figure[] = [];
  for (const clients of CLIENTS) {
    const durationsMs: number[] = [];
    const drain = async (client: number) => {
      for (let count = 0; count < DRAINS[clients]; count += 1) {
        const startedAt = performance.now();
        const answer = await server.ask('POST', `/api/v1/nodes/node-${client}/drain`);
        await answer.arrayBuffer();
        if (answer.status !== 200) throw new Error(`a drain answered ${answer.status}`);
        durationsMs.push(performance.now() - startedAt);
      }
    };
    const startedAt = performance.now();
    const cpuMs = await server.cpuOf(async () => {
      await Promise.all(Array.from({ length: clients }, (_, client) => drain(client)));
    });
    const name = `${store}, ${clients} ${clients === 1 ? 'client' : 'clients'}: POST …/drain`;
    figures.push(figure(name, durationsMs, cpuMs, performance.now() - startedAt));
  }
  return figures;
}

const figures: Figure[] = [];
await withServer(async (server) => {
  figures.push(...(await measure('SQLite', server)));
});
await withPostgres((databaseUrl) =>
  withServer(async (server) => {
    figures.push(...(await measure('PostgreSQL', server)));
  }, databaseUrl),
);
report('durability', figures);
