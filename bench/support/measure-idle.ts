/** Measures a fleet that does nothing but say that it is there. */
import { setTimeout } from 'node:timers/promises';
import { progress } from './benchmark.ts';
import { against, amount, cost, type Figure } from './figures.ts';
import { type MeasuredServer, withServer } from './measured-server.ts';
import { PlayedFleet } from './played-fleet.ts';
import { cpuMsOf, settledBytesOf } from './process-figures.ts';

/** Milliseconds for which heartbeats are counted. */
const COUNTED_MS = 30_000;
const QUICK_COUNTED_MS = 5000;
/** Milliseconds of a whole heartbeat interval, after which every agent beats. */
const INTERVAL_MS = 10_000;

/** With 10,000 nodes: a share of one core, and bytes of each. */
const CORE_SHARE_MAX = 0.1;
const BYTES_PER_NODE_MAX = 25_000;
const NODES_OF_TARGET = 10_000;

export interface Idle {
  readonly figures: readonly Figure[];
  readonly cpuMicroseconds: number | null;
  readonly bytesPerNode: number | null;
}

export interface IdleFleet {
  readonly nodes: number;
  readonly isQuick: boolean;
  /** Whether each heartbeat tells a new load. */
  readonly isBusy: boolean;
}

/**
 * Memory is what the process has in memory once that stops falling, less what the same server has without nodes.
 * @param then Done with the fleet when it has been measured.
 */
export async function measureIdle(
  { nodes, isQuick, isBusy }: IdleFleet,
  then: (server: MeasuredServer) => Promise<void> = async () => undefined,
): Promise<Idle> {
  return withServer(async (server) => {
    // After a collection, so that what the start left behind is not taken off what the nodes need.
    const emptyHeap = await server.memory();
    const emptyAt = performance.now();
    const emptyCpuMs = server.cpuMs() ?? 0;
    const emptyBytes = await settledBytesOf(server.processId);
    const emptyShare = ((server.cpuMs() ?? 0) - emptyCpuMs) / (performance.now() - emptyAt);
    progress(`${nodes} agents connect`);
    const fleet = new PlayedFleet();
    try {
      await fleet.connect(server.url, nodes, 'paced', isBusy);
      await setTimeout(isQuick ? 0 : INTERVAL_MS);
      progress(`${nodes} agents are ${isBusy ? 'busy' : 'idle'}`);
      await fleet.counts();
      const fleetCpuBeforeMs = cpuMsOf(fleet.processId) ?? 0;
      const startedAt = performance.now();
      const cpuMs = await server.cpuOf(() =>
        server.profiled(`heartbeats-${nodes}${isBusy ? '-busy' : ''}`, async () => {
          await setTimeout(isQuick ? QUICK_COUNTED_MS : COUNTED_MS);
        }),
      );
      const elapsedMs = performance.now() - startedAt;
      const { heartbeats, losses } = await fleet.counts();
      if (Object.keys(losses).length > 0) throw new Error(`sessions were lost meanwhile: ${JSON.stringify(losses)}`);
      const fleetShare = ((cpuMsOf(fleet.processId) ?? 0) - fleetCpuBeforeMs) / elapsedMs;
      progress(`the fleet itself took ${percent(fleetShare)} % of a core`);
      const bytes = await settledBytesOf(server.processId);
      await then(server);
      const heap = await server.memory();
      const bytesPerNode = bytes === null || emptyBytes === null ? null : (bytes - emptyBytes) / nodes;
      const inUse = heap.heapBytes + heap.externalBytes - emptyHeap.heapBytes - emptyHeap.externalBytes;
      const share = cpuMs === null ? null : cpuMs / elapsedMs;
      const of = isBusy ? 'heartbeat with a new load' : 'idle heartbeat';
      const beat = cost(of, nodes, { repeated: heartbeats, cpuMs });
      const core = amount('all heartbeats', nodes, percent(share ?? 0), '% of a core');
      const memory = cost('memory, resident', nodes, { repeated: 1, cpuMs: null, bytesPerNode });
      const isTarget = nodes === NODES_OF_TARGET;
      return {
        figures: [
          beat,
          amount('a server without nodes', 0, percent(emptyShare), '% of a core'),
          isTarget ? against(core, '≤ 10 % of a core', share, CORE_SHARE_MAX) : core,
          isTarget ? against(memory, '≤ 25 KB', bytesPerNode, BYTES_PER_NODE_MAX) : memory,
          cost('memory, in use after a collection', nodes, { repeated: 1, cpuMs: null, bytesPerNode: inUse / nodes }),
        ],
        cpuMicroseconds: beat.cpuMicroseconds,
        bytesPerNode,
      };
    } finally {
      await fleet.stop();
    }
  });
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}
