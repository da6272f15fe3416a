/** What a server that is killed and started again does to its fleet: how long it is away, when all are back, and that no node is said to be offline. */
import { setTimeout } from 'node:timers/promises';
import { ApiCaller } from './support/api-caller.ts';
import { whileCalling } from './support/api-watch.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { EventStream } from './support/event-stream.ts';
import { against, amount, type Figure, figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { monotonicMs } from './support/monotonic.ts';
import { cpuMsOf, residentBytesOf, watchCpuPeak } from './support/process-figures.ts';
import { type ServerWithFleet, withFleet } from './support/with-fleet.ts';

const READY_MS_MAX = 1000;
const BACK_MS_MAX = 15_000;
/** Starts in which no agent tries to connect. */
const STARTS = 5;
/** Milliseconds after which a node that had not come back would have been said to be offline: its lease, and a little. */
const LEASE_MS = 32_000;

await benchmark('restart', 6, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    figures.push(...(await withFleet(nodes, killAndStart)));
  }
});

async function killAndStart({ server, fleet, nodes }: ServerWithFleet): Promise<readonly Figure[]> {
  const lastSequence = await lastSequenceOf(server.url);
  await fleet.counts();
  const allBack = fleet.expectLoss();
  progress(`the server of ${nodes} nodes is killed`);
  const killedAt = monotonicMs();
  const readyMs = await server.killAndStart();
  const startedAt = performance.now();
  let offline = 0;
  const stream = await EventStream.open(server.url, ['LeaseExpired'], () => (offline += 1), String(lastSequence));
  const peak = watchCpuPeak(server.processId);
  const { result: back, api } = await whileCalling(
    server,
    { nodeId: nodeIdOf(0), nodes, meanwhile: 'while all come back' },
    () => server.profiled(`restart-${nodes}`, () => allBack),
  );
  const cpuMs = cpuMsOf(server.processId);
  const peakShare = peak();
  progress('all are back; whether one is said to be offline shows within a lease');
  await setTimeout(Math.max(0, LEASE_MS - (performance.now() - startedAt)));
  const isOffline = (await offlineNow(server.url)) + offline;
  stream.close();
  const { refusals } = await fleet.counts();
  progress(`tries that failed, by status or close code: ${JSON.stringify(refusals)}`);
  const memoryBytes = residentBytesOf(server.processId) ?? 0;
  const alone = figure('start → ready, no agent tries', nodes, await startsAlone({ server, fleet }), null);
  const backMs = back.at - killedAt;
  const named = figure(
    'a node: from the kill until its agent is welcomed',
    nodes,
    back.welcomedAt.map((at) => at - killedAt),
    cpuMs,
  );
  return [
    against(alone, 'p50 ≤ 1 s', alone.p50Ms, READY_MS_MAX),
    amount('start → ready, all agents try', nodes, readyMs, 'ms'),
    against(amount('kill → all agents back', nodes, backMs / 1000, 's'), '≤ 15 s', backMs, BACK_MS_MAX),
    against(amount('nodes falsely said to be offline', nodes, isOffline, ''), '0', isOffline, 0),
    named,
    amount('CPU at its peak, meanwhile', nodes, Math.round((peakShare ?? 0) * 1000) / 10, '% of a core'),
    amount('memory afterwards', nodes, memoryBytes / 1e6, 'MB'),
    ...api,
  ];
}

/** The agents, which would take a core of the two for their tries, go first. The start that finds what was being recorded of that does not count. */
async function startsAlone({ server, fleet }: Pick<ServerWithFleet, 'server' | 'fleet'>): Promise<readonly number[]> {
  progress('the agents go, and the server is killed and started alone');
  await fleet.stop();
  await server.killAndStart();
  const readyMs: number[] = [];
  for (let start = 0; start < STARTS; start += 1) readyMs.push(await server.killAndStart());
  return readyMs;
}

async function lastSequenceOf(url: string): Promise<number> {
  const caller = new ApiCaller(url);
  const status: unknown = JSON.parse((await caller.expect(200, '/api/v1/server/status')).text());
  caller.close();
  const store: unknown = typeof status === 'object' && status !== null && 'store' in status ? status.store : null;
  if (typeof store !== 'object' || store === null || !('lastSequence' in store))
    throw new Error('the status does not say how far the events are');
  return Number(store.lastSequence);
}

async function offlineNow(url: string): Promise<number> {
  const caller = new ApiCaller(url);
  const list: unknown = JSON.parse((await caller.expect(200, '/api/v1/nodes?status=offline')).text());
  caller.close();
  if (typeof list !== 'object' || list === null || !('items' in list) || !Array.isArray(list.items))
    throw new Error('the list of nodes is none');
  return list.items.length;
}
