/** How long a full list of 1,000 nodes takes, whole and unchanged (304), and what it costs the server. */
import { type Figure, figure } from './support/figures.ts';
import { withServer, type MeasuredServer } from './support/measured-server.ts';
import { report } from './support/report.ts';

const NODES = 1000;
const CALLS = 500;

await withServer(async (server) => {
  await server.addNodes(NODES);
  const first = await server.ask('GET', '/api/v1/nodes');
  const bytes = (await first.arrayBuffer()).byteLength;
  const etag = first.headers.get('etag') ?? '';
  const whole = await measure(server, `list ${NODES} nodes (${Math.round(bytes / 1024)} KiB)`, {});
  const unchanged = await measure(server, `list ${NODES} nodes, unchanged (304)`, { 'if-none-match': etag });
  report('list-nodes', [whole, unchanged]);
});

async function measure(
  server: MeasuredServer,
  name: string,
  headers: Readonly<Record<string, string>>,
): Promise<Figure> {
  const durationsMs: number[] = [];
  const cpuMs = await server.cpuOf(async () => {
    for (let call = 0; call < CALLS; call += 1) {
      const startedAt = performance.now();
      await (await server.ask('GET', '/api/v1/nodes', headers)).arrayBuffer();
      durationsMs.push(performance.now() - startedAt);
    }
  });
  return figure(name, durationsMs, cpuMs);
}
