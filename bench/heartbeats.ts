/** What idle nodes cost: CPU of each heartbeat, memory of each node, from a small fleet to a large one. */
import { benchmark } from './support/benchmark.ts';
import { measureIdle } from './support/measure-idle.ts';

const FLEETS = [1000, 5000, 10_000, 15_000];
const QUICK_FLEETS = [500, 1000];
/** The fleet that is measured with a new load in each heartbeat, too. */
const BUSY_FLEET = 10_000;

await benchmark('heartbeats', 10, async ({ isQuick }, figures) => {
  const fleets = isQuick ? QUICK_FLEETS : FLEETS;
  for (const nodes of fleets) figures.push(...(await measureIdle({ nodes, isQuick, isBusy: false })).figures);
  const nodes = isQuick ? Math.max(...fleets) : BUSY_FLEET;
  figures.push(...(await measureIdle({ nodes, isQuick, isBusy: true })).figures);
});
