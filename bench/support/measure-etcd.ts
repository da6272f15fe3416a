/** The same work on etcd: nodes as keys with leases, a list by prefix, a drain as a put that a watcher sees. */
import { setTimeout } from 'node:timers/promises';
import { progress } from './benchmark.ts';
import { EtcdConnection } from './etcd-connection.ts';
import { EtcdNode } from './etcd-node.ts';
import { cost, type Figure, figure } from './figures.ts';
import { HeartbeatWheel } from './heartbeat-wheel.ts';
import { nodeIdOf } from './hello.ts';
import { type MeasuredEtcd, withEtcd } from './measured-etcd.ts';
import { settledBytesOf } from './process-figures.ts';

const INTERVAL_MS = 10_000;
const REGISTERED_AT_ONCE = 64;
const LISTS = 100;
const DRAINS = 500;
const MANY = 1000;
/** Puts of one transaction; etcd takes 128. */
const TOGETHER = 100;

export interface EtcdMeasured {
  readonly figures: readonly Figure[];
  readonly heartbeatMicroseconds: number | null;
  readonly bytesPerNode: number | null;
  readonly listMicroseconds: number | null;
}

/** @param value What is kept of each node: as many bytes as Sluice's list has. */
export async function measureEtcd(nodes: number, value: string, countedMs: number): Promise<EtcdMeasured> {
  return withEtcd(async (etcd) => {
    const emptyBytes = await settledBytesOf(etcd.processId);
    progress(`etcd: ${nodes} nodes register`);
    const fleet = await register(etcd, nodes, value);
    const wheel = new HeartbeatWheel(INTERVAL_MS);
    for (const node of fleet) wheel.add(node, Math.random() * INTERVAL_MS);
    await setTimeout(INTERVAL_MS);
    progress(`etcd: ${nodes} nodes are idle`);
    const answeredBefore = sumOf(fleet);
    const cpuMs = await etcd.cpuOf(async () => {
      await setTimeout(countedMs);
    });
    const beat = cost('etcd: lease keep-alive (gRPC)', nodes, { repeated: sumOf(fleet) - answeredBefore, cpuMs });
    const bytes = await settledBytesOf(etcd.processId);
    const bytesPerNode = bytes === null || emptyBytes === null ? null : (bytes - emptyBytes) / nodes;
    wheel.stop();
    progress('etcd: lists and drains');
    const connection = new EtcdConnection(etcd.url, true);
    const list = await lists(etcd, connection, nodes);
    const drains = await drainOneByOne(etcd, connection, nodes, value);
    const many = await drainMany(etcd, connection, Math.min(MANY, nodes), value);
    connection.close();
    for (const node of fleet) node.leave();
    const memory = cost('etcd: memory, resident', nodes, { repeated: 1, cpuMs: null, bytesPerNode });
    return {
      figures: [beat, memory, list, drains, ...many],
      heartbeatMicroseconds: beat.cpuMicroseconds,
      bytesPerNode,
      listMicroseconds: list.cpuMicroseconds,
    };
  });
}

async function register(etcd: MeasuredEtcd, nodes: number, value: string): Promise<readonly EtcdNode[]> {
  const fleet: EtcdNode[] = [];
  let next = 0;
  const some = async () => {
    while (next < nodes) {
      const key = keyOf(next);
      next += 1;
      fleet.push(await EtcdNode.register(etcd.url, key, value));
    }
  };
  await Promise.all(Array.from({ length: REGISTERED_AT_ONCE }, some));
  return fleet;
}

async function lists(etcd: MeasuredEtcd, connection: EtcdConnection, nodes: number): Promise<Figure> {
  const durationsMs: number[] = [];
  const cpuMs = await etcd.cpuOf(async () => {
    for (let call = 0; call < LISTS; call += 1) {
      const startedAt = performance.now();
      const count = await connection.list('nodes/');
      if (count !== nodes) throw new Error(`etcd listed ${count} of ${nodes} nodes`);
      durationsMs.push(performance.now() - startedAt);
    }
  });
  return figure('etcd: list by prefix', nodes, durationsMs, cpuMs);
}

async function drainOneByOne(
  etcd: MeasuredEtcd,
  connection: EtcdConnection,
  nodes: number,
  value: string,
): Promise<Figure> {
  const durationsMs: number[] = [];
  let changed = () => {};
  const watch = await connection.watch('nodes/', () => changed());
  const cpuMs = await etcd.cpuOf(async () => {
    for (let index = 0; index < Math.min(DRAINS, nodes); index += 1) {
      const seen = new Promise<void>((resolve) => {
        changed = resolve;
      });
      const startedAt = performance.now();
      const put = connection.put(keyOf(index), value);
      await seen;
      durationsMs.push(performance.now() - startedAt);
      await put;
    }
  });
  watch.close();
  return figure('etcd: put → watcher told', nodes, durationsMs, cpuMs);
}

async function drainMany(
  etcd: MeasuredEtcd,
  connection: EtcdConnection,
  many: number,
  value: string,
): Promise<readonly Figure[]> {
  const keys = Array.from({ length: many }, (_, index) => keyOf(index));
  const batches = Array.from({ length: Math.ceil(many / TOGETHER) }, (_, batch) =>
    keys.slice(batch * TOGETHER, (batch + 1) * TOGETHER),
  );
  const timed = async (name: string, work: () => Promise<unknown>): Promise<Figure> => {
    const startedAt = performance.now();
    const cpuMs = await etcd.cpuOf(async () => {
      await work();
    });
    const elapsedMs = performance.now() - startedAt;
    return { ...cost(name, many, { repeated: many, cpuMs }), amount: { value: elapsedMs, unit: 'ms for all' } };
  };
  return [
    await timed(`etcd: ${many} puts in transactions of ${TOGETHER}`, () =>
      Promise.all(batches.map((batch) => connection.putTogether(batch, value))),
    ),
    await timed(`etcd: ${many} puts, all at once`, () => Promise.all(keys.map((key) => connection.put(key, value)))),
  ];
}

function keyOf(index: number): string {
  return `nodes/${nodeIdOf(index)}`;
}

function sumOf(fleet: readonly EtcdNode[]): number {
  return fleet.reduce((sum, { answered }) => sum + answered, 0);
}
