/** Three servers on one PostgreSQL, each with its agents: what a node costs them and the database, and a drain at one of an agent at another. */
import { setTimeout } from 'node:timers/promises';
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { amount, cost, type Figure, figure } from './support/figures.ts';
import { nodeIdOf } from './support/hello.ts';
import { type MeasuredPostgres, withPostgres } from './support/measured-postgres.ts';
import { MeasuredServer } from './support/measured-server.ts';
import { monotonicMs } from './support/monotonic.ts';
import { PlayedFleet } from './support/played-fleet.ts';
import { settledBytesOf } from './support/process-figures.ts';

const SERVERS = 3;
/** Agents of each server: as far as two cores carry three servers, their agents and PostgreSQL. */
const FLEETS = [1000, 5000, 15_000];
const QUICK_FLEETS = [200];
const COUNTED_MS = 30_000;
const QUICK_COUNTED_MS = 3000;
const DRAINS = 200;

interface Replicas {
  readonly servers: readonly MeasuredServer[];
  readonly fleets: readonly PlayedFleet[];
  readonly postgres: MeasuredPostgres;
  /** Of each server. */
  readonly agents: number;
}

await benchmark('replicas', 25, async ({ isQuick }, figures) => {
  for (const agents of isQuick ? QUICK_FLEETS : FLEETS)
    await withPostgres((databaseUrl, postgres) => withReplicas(databaseUrl, postgres, agents, isQuick, figures));
});

async function withReplicas(
  databaseUrl: string,
  postgres: MeasuredPostgres,
  agents: number,
  isQuick: boolean,
  figures: Figure[],
): Promise<void> {
  const servers: MeasuredServer[] = [];
  const fleets = Array.from({ length: SERVERS }, (_, index) => new PlayedFleet(index * agents));
  try {
    for (let index = 0; index < SERVERS; index += 1) servers.push(await MeasuredServer.start(databaseUrl));
    const replicas = { servers, fleets, postgres, agents };
    figures.push(...(await measureConnecting(replicas)));
    figures.push(...(await measureIdle(replicas, isQuick ? QUICK_COUNTED_MS : COUNTED_MS)));
    figures.push(...(await measureDrains(replicas)));
  } finally {
    for (const fleet of fleets) await fleet.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function measureConnecting({ servers, fleets, postgres, agents }: Replicas): Promise<readonly Figure[]> {
  const nodes = SERVERS * agents;
  progress(`${SERVERS} servers: ${agents} agents connect to each`);
  const postgresBeforeMs = postgres.cpuMs() ?? 0;
  const serversBeforeMs = cpuMsOfAll(servers);
  const startedAt = performance.now();
  await Promise.all(fleets.map((fleet, index) => fleet.connect(servers[index]?.url ?? '', agents)));
  return [
    amount('all agents connected and registered', nodes, round((performance.now() - startedAt) / 1000), 's'),
    cost('registering: the servers together', nodes, { repeated: nodes, cpuMs: cpuMsOfAll(servers) - serversBeforeMs }),
    cost('registering: PostgreSQL', nodes, { repeated: nodes, cpuMs: (postgres.cpuMs() ?? 0) - postgresBeforeMs }),
  ];
}

async function measureIdle(
  { servers, fleets, postgres, agents }: Replicas,
  countedMs: number,
): Promise<readonly Figure[]> {
  const nodes = SERVERS * agents;
  progress(`${nodes} agents are idle`);
  const bytes = await Promise.all(servers.map(({ processId }) => settledBytesOf(processId)));
  for (const fleet of fleets) await fleet.counts();
  const postgresBeforeMs = postgres.cpuMs() ?? 0;
  const serversBeforeMs = cpuMsOfAll(servers);
  const startedAt = performance.now();
  await setTimeout(countedMs);
  const elapsedMs = performance.now() - startedAt;
  const cpuMs = cpuMsOfAll(servers) - serversBeforeMs;
  const postgresMs = (postgres.cpuMs() ?? 0) - postgresBeforeMs;
  const counts = await Promise.all(fleets.map((fleet) => fleet.counts()));
  const heartbeats = counts.reduce((sum, each) => sum + each.heartbeats, 0);
  const lost = counts.flatMap(({ losses }) => Object.keys(losses));
  if (lost.length > 0) progress(`sessions were lost meanwhile: ${lost.join(', ')}`);
  const largest = Math.max(...bytes.map((each) => each ?? 0));
  return [
    cost('idle heartbeat: its server', nodes, { repeated: heartbeats, cpuMs }),
    amount('idle: the servers together', nodes, percent(cpuMs / elapsedMs), '% of a core'),
    amount('idle: PostgreSQL', nodes, percent(postgresMs / elapsedMs), '% of a core'),
    amount(
      'idle: PostgreSQL, for each 10,000 nodes',
      nodes,
      percent((postgresMs / elapsedMs / nodes) * 10_000),
      '% of a core',
    ),
    cost('memory of the largest server, for each node of all', nodes, {
      repeated: 1,
      cpuMs: null,
      bytesPerNode: largest / nodes,
    }),
  ];
}

/** Asked at the first server, of agents of the second. */
async function measureDrains({ servers, fleets, postgres, agents }: Replicas): Promise<readonly Figure[]> {
  const [first] = servers;
  const [, fleet] = fleets;
  if (first === undefined || fleet === undefined) return [];
  const nodes = SERVERS * agents;
  const count = Math.min(DRAINS, Math.floor(agents / 2));
  const ids = Array.from({ length: 2 * count }, (_, index) => nodeIdOf(agents + index));
  progress(`${count} drains at one server of agents at another`);
  const waiting = new Map<number, (at: number) => void>();
  fleet.onTold(({ index, at }) => waiting.get(index)?.(at));
  const caller = new ApiCaller(first.url);
  const drain = async (id: string, index: number) => {
    const told = new Promise<number>((resolve) => {
      waiting.set(index, resolve);
    });
    const startedAt = monotonicMs();
    const answered = await caller.expect(200, `/api/v1/nodes/${id}/drain`, { method: 'POST', body: {} });
    return { toldMs: (await told) - startedAt, answeredMs: answered.durationMs };
  };
  // The first half is not counted: a server that has been running has compiled what it runs.
  for (const [index, id] of ids.slice(0, count).entries()) await drain(id, agents + index);
  const postgresBeforeMs = postgres.cpuMs() ?? 0;
  const serversBeforeMs = cpuMsOfAll(servers);
  const startedAt = performance.now();
  const drains = [];
  for (const [index, id] of ids.slice(count).entries()) drains.push(await drain(id, agents + count + index));
  const elapsedMs = performance.now() - startedAt;
  const cpuMs = cpuMsOfAll(servers) - serversBeforeMs;
  const postgresMs = (postgres.cpuMs() ?? 0) - postgresBeforeMs;
  caller.close();
  progress(`they took ${round(elapsedMs / 1000)} s`);
  return [
    figure(
      'drain at one server → agent at another told',
      nodes,
      drains.map(({ toldMs }) => toldMs),
      null,
    ),
    figure(
      'drain at one server → answer',
      nodes,
      drains.map(({ answeredMs }) => answeredMs),
      null,
    ),
    cost('drain: the servers together, heartbeats included', nodes, { repeated: count, cpuMs }),
    cost('drain: PostgreSQL, all that it does meanwhile', nodes, { repeated: count, cpuMs: postgresMs }),
  ];
}

function cpuMsOfAll(servers: readonly MeasuredServer[]): number {
  return servers.reduce((sum, server) => sum + (server.cpuMs() ?? 0), 0);
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
