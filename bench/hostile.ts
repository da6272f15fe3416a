/** What one bad client or agent costs the others: a good client's latencies alone, and beside each kind of bad one, in turn. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ApiCaller } from './support/api-caller.ts';
import { endWithUs } from './support/children.ts';
import { withDeadline } from './support/benchmark.ts';
import { percentile } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import type { MeasuredServer } from './support/measured-server.ts';
import { viewerToken } from './support/viewer-token.ts';
import { withFleet } from './support/with-fleet.ts';
import { thisMachine } from './support/machine.ts';
import { BAD_CLIENTS } from './support/bad-clients.ts';

const NODES = 300;
/** Times that each pair of alone and beside is measured, one after the other, so that noise meets both. */
const ROUNDS = 3;
const QUICK_ROUNDS = 1;
/** Milliseconds of one measurement; and for which the bad one has been at it before, so that its burst is used up. */
const MEASURED_MS = 3000;
const WARM_UP_MS = 1500;
/** Milliseconds between two requests of the good client. */
const EVERY_MS = 20;

const badClient = fileURLToPath(new URL('support/bad-client.js', import.meta.url));

interface Sample {
  readonly listMs: number[];
  readonly drainMs: number[];
}

/** A steady mix: a page of nodes, one node, a drain and an undrain. */
async function goodClient({ url }: MeasuredServer): Promise<Sample> {
  const sample: Sample = { listMs: [], drainMs: [] };
  const caller = new ApiCaller(url);
  const timed = async (into: number[], method: string, route: string) => {
    into.push((await caller.expect(200, route, method === 'GET' ? {} : { method, body: {} })).durationMs);
  };
  const endsAt = performance.now() + MEASURED_MS;
  for (let turn = 0; performance.now() < endsAt; turn += 1) {
    await timed(sample.listMs, 'GET', '/api/v1/nodes?limit=50');
    await timed(
      sample.drainMs,
      'POST',
      `/api/v1/nodes/${nodeIdOf(turn % NODES)}/${turn % 2 === 0 ? 'drain' : 'undrain'}`,
    );
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  caller.close();
  return sample;
}

async function beside(server: MeasuredServer, name: string): Promise<Sample> {
  const { url } = server;
  const env = { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: await viewerToken(url) };
  const child = endWithUs(fork(badClient, [name], { env }));
  try {
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
    if (child.exitCode !== null) throw new Error(`the bad client ${name} ended`);
    return await goodClient(server);
  } finally {
    child.kill('SIGKILL');
  }
}

/** The middle of the rounds: one that the machine disturbed does not count. */
function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

await withDeadline('hostile', 10, {
  end: () => undefined,
  work: (isQuick) =>
    withFleet(
      NODES,
      async ({ server }) => {
        const count = isQuick ? QUICK_ROUNDS : ROUNDS;
        await goodClient(server);
        const { processor, cores, node, commit } = thisMachine();
        console.log(
          `${processor}, ${cores} cores, Node.js ${node}, commit ${commit}\n${NODES} nodes; p50 of ${count} rounds, milliseconds: alone → beside (ratio)`,
        );
        const [wanted = ''] = process.argv.slice(2).filter((each) => !each.startsWith('--'));
        for (const name of BAD_CLIENTS.filter((each) => each.includes(wanted))) {
          const rounds: { readonly alone: Sample; readonly beside: Sample }[] = [];
          for (let round = 0; round < count; round += 1)
            rounds.push({ alone: await goodClient(server), beside: await beside(server, name) });
          const told = (['listMs', 'drainMs'] as const).map((what) => {
            const alone = median(rounds.map((round) => percentile(round.alone[what], 0.5)));
            const besideMs = median(rounds.map((round) => percentile(round.beside[what], 0.5)));
            const ratio = median(
              rounds.map((round) => percentile(round.beside[what], 0.5) / percentile(round.alone[what], 0.5)),
            );
            return `${what === 'listMs' ? 'list' : 'drain'} ${alone.toFixed(2)} → ${besideMs.toFixed(2)} (${ratio.toFixed(2)})`;
          });
          const counts = rounds.map((round) => round.beside.listMs.length / round.alone.listMs.length);
          console.log(`${name.padEnd(34)} ${told.join('   ')}   throughput ${median(counts).toFixed(2)}`);
        }
      },
      null,
      // What a server does unless it is told otherwise.
      {},
    ),
});
