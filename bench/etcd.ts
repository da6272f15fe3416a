/** Sluice beside etcd, one after the other on this machine: memory of a node, CPU of a heartbeat, CPU of a list. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { against, amount, type Figure } from './support/figures.ts';
import { measureEtcd } from './support/measure-etcd.ts';
import { etcdVersion } from './support/measured-etcd.ts';
import { measureIdle } from './support/measure-idle.ts';
import { measureList } from './support/measure-list.ts';
import { WorkCpu } from './support/work-cpu.ts';

const NODES = 10_000;
const QUICK_NODES = 500;
const LISTS = 100;
const COUNTED_MS = 30_000;
const QUICK_COUNTED_MS = 5000;

await benchmark('etcd', 6, async ({ isQuick }, figures) => {
  const version = etcdVersion();
  if (version === null) {
    progress('etcd is not installed (Debian: etcd-server), so nothing is compared with it');
    return;
  }
  progress(version);
  const nodes = isQuick ? QUICK_NODES : NODES;
  const lists: Figure[] = [];
  let listText = '';
  const sluice = await measureIdle({ nodes, isQuick, isBusy: false }, async (server) => {
    const cpu = await WorkCpu.besideIdle(server);
    const caller = new ApiCaller(server.url);
    lists.push(await measureList(caller, cpu, nodes, { name: 'list, whole', query: '', calls: LISTS }));
    listText = (await caller.expect(200, '/api/v1/nodes')).text();
    caller.close();
  });
  figures.push(...sluice.figures, ...lists);
  const value = 'x'.repeat(Math.floor(listText.length / nodes));
  const etcd = await measureEtcd(nodes, value, isQuick ? QUICK_COUNTED_MS : COUNTED_MS);
  const listMicroseconds = lists[0]?.cpuMicroseconds ?? null;
  figures.push(...etcd.figures);
  figures.push(
    timesLess('memory of a node, times less than etcd', nodes, etcd.bytesPerNode, sluice.bytesPerNode, 10),
    timesLess('CPU of a heartbeat, times less', nodes, etcd.heartbeatMicroseconds, sluice.cpuMicroseconds, 5),
    timesLess('CPU of a list, times less', nodes, etcd.listMicroseconds, listMicroseconds, 2),
  );
});

function timesLess(name: string, nodes: number, theirs: number | null, ours: number | null, least: number): Figure {
  const times = theirs === null || ours === null ? 0 : theirs / ours;
  return against(amount(name, nodes, times, '×'), `≥ ${least} ×`, -times, -least);
}
