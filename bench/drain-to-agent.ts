/** How long it takes from a drain's POST until the node's agent is told, durable commit included, and what it costs the server. */
import { figure } from './support/figures.ts';
import { withServer } from './support/measured-server.ts';
import { report } from './support/report.ts';

const DRAINS = 500;

await withServer(async (server) => {
  const agents = await server.addNodes(DRAINS);
  const durationsMs: number[] = [];
  const cpuMs = await server.cpuOf(async () => {
    for (const [index, agent] of agents.entries()) {
      const told = new Promise<number>((resolve) => {
        agent.once('message', () => resolve(performance.now()));
      });
      const startedAt = performance.now();
      const answered = server.ask('POST', `/api/v1/nodes/node-${index}/drain`);
      durationsMs.push((await told) - startedAt);
      await (await answered).arrayBuffer();
    }
  });
  report('drain-to-agent', [figure('drain: POST → agent told', durationsMs, cpuMs)]);
});
