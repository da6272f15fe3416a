/** What it takes to connect and register a fleet: all agents in one second, as after a power cut, and how the API answers meanwhile. */
import { withServer } from './support/measured-server.ts';
import { whileCalling } from './support/api-watch.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { against, amount, cost, figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { PlayedFleet } from './support/played-fleet.ts';

/** As agents are told to be back after a restart, whose hellos cost the same. */
const CONNECTED_WITHIN_MS = 15_000;

await benchmark('connect', 8, async ({ fleets }, figures) => {
  for (const nodes of fleets)
    await withServer(async (server) => {
      progress(`${nodes} agents connect and register within a second`);
      const fleet = new PlayedFleet();
      // The node that the API is asked for.
      await fleet.connect(server.url, 1);
      await fleet.counts();
      const startedAt = performance.now();
      const cpuBeforeMs = server.cpuMs();
      const { result, api } = await whileCalling(server, { nodeId: nodeIdOf(0), nodes, meanwhile: 'meanwhile' }, () =>
        server.profiled(`connect-${nodes}`, () => fleet.connect(server.url, nodes - 1, 'storm')),
      );
      const elapsedMs = performance.now() - startedAt;
      const cpuMs = cpuBeforeMs === null ? null : (server.cpuMs() ?? 0) - cpuBeforeMs;
      const { refusals } = await fleet.counts();
      await fleet.stop();
      const calls = api.reduce((sum, { repeated }) => sum + repeated, 0);
      figures.push(
        against(amount('all registered after', nodes, elapsedMs / 1000, 's'), '≤ 15 s', elapsedMs, CONNECTED_WITHIN_MS),
        figure('connection → welcome, the try that succeeded', nodes, result.helloMs, null, elapsedMs),
        cost(`register a node (with ${calls} API calls)`, nodes, { repeated: nodes - 1, cpuMs }),
        ...api,
        amount(
          'tries that were put off',
          nodes,
          Object.values(refusals).reduce((sum, count) => sum + count, 0),
          '',
        ),
      );
      progress(`refusals by status or close code: ${JSON.stringify(refusals)}`);
    });
});
