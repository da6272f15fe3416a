/** How costs grow with the fleet: what the other benchmarks have written of the smallest and of the largest fleet, side by side. Runs last. */
import { benchmark } from './support/benchmark.ts';
import { against, amount, type Figure } from './support/figures.ts';
import { readResults, type WrittenFigure } from './support/read-results.ts';

const BENCHMARKS = ['heartbeats', 'connect', 'lists', 'drains', 'metadata', 'restart', 'dashboards', 'rollouts'];
/** Whose every call is about the whole fleet: it may cost as many times more as the fleet is larger. */
const OF_WHOLE_FLEET = ['lists'];
/** Share by which two measurements of the same may differ on a machine that does other things, too. */
const NOISE = 1.25;
/** How a figure's measure is called. */
const WORDS = { cpuMicroseconds: 'CPU', bytesPerNode: 'memory', p50Ms: 'p50', amount: 'amount' } as const;

await benchmark('growth', 1, async ({ isQuick }, figures) => {
  for (const name of BENCHMARKS) figures.push(...growthOf(name, readResults(name, isQuick)));
});

function growthOf(benchmarkName: string, results: readonly WrittenFigure[]): readonly Figure[] {
  const names = new Set(results.map((one) => nameOf(one)));
  return [...names].flatMap((name) => {
    const sorted = results.filter((one) => nameOf(one) === name).toSorted((one, other) => one.nodes - other.nodes);
    const [small] = sorted;
    const large = sorted.at(-1);
    if (small === undefined || large === undefined || large.nodes === small.nodes) return [];
    const [first] = (['cpuMicroseconds', 'bytesPerNode', 'p50Ms', 'amount'] as const).flatMap((measure) => {
      const before = small[measure];
      const after = large[measure];
      return before === null || after === null || before <= 0 ? [] : [{ measure, growth: after / before }];
    });
    if (first === undefined) return [];
    // What one node, heartbeat or request costs is to be the same in every fleet; an amount is mostly about all nodes together.
    const isOfAll = OF_WHOLE_FLEET.includes(benchmarkName) || first.measure === 'amount';
    const bound = (isOfAll ? large.nodes / small.nodes : 1) * NOISE;
    const words = `${benchmarkName}: ${name}, ${WORDS[first.measure]}, ${small.nodes} → ${large.nodes}`;
    return [against(amount(words, large.nodes, first.growth, '×'), `≤ ${bound.toFixed(2)} ×`, first.growth, bound)];
  });
}

/** Without what stands in brackets: sizes, which differ. */
function nameOf({ name }: WrittenFigure): string {
  return name.replace(/ \(.*\)$/u, '');
}
