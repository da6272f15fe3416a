/** How costs grow with the fleet: what the other benchmarks have written of the smallest and of the largest fleet, side by side. Runs last. */
import { benchmark } from './support/benchmark.ts';
import { amount, against, type Figure } from './support/figures.ts';
import { readResults, type WrittenFigure } from './support/read-results.ts';

/** Whose every figure is a cost of one node or one heartbeat: it is to be the same in every fleet. */
const FLAT = ['heartbeats'];
const OTHERS = ['connect', 'lists', 'drains', 'metadata', 'restart', 'dashboards'];
/** Share by which two measurements of the same may differ on a machine that does other things, too. */
const NOISE = 1.25;
/** Amounts of a whole fleet in a table of single nodes. */
const OF_ALL = ['all heartbeats', 'a server without nodes'];

await benchmark('growth', 1, async ({ isQuick }, figures) => {
  for (const name of FLAT) figures.push(...growthOf(name, readResults(name, isQuick), () => 1));
  for (const name of OTHERS) figures.push(...growthOf(name, readResults(name, isQuick), (times) => times));
});

/** @param mayGrow How many times more it may cost in a fleet so many times larger. */
function growthOf(
  benchmarkName: string,
  results: readonly WrittenFigure[],
  mayGrow: (times: number) => number,
): readonly Figure[] {
  const written = results.filter(({ name }) => !OF_ALL.includes(name));
  const names = new Set(written.map((one) => nameOf(one)));
  return [...names].flatMap((name) => {
    const figures = written.filter((one) => nameOf(one) === name);
    const sorted = figures.toSorted((one, other) => one.nodes - other.nodes);
    const [small] = sorted;
    const large = sorted.at(-1);
    if (small === undefined || large === undefined || large.nodes === small.nodes) return [];
    const measures = (['cpuMicroseconds', 'bytesPerNode', 'p50Ms', 'amount'] as const).flatMap((measure) => {
      const before = small[measure];
      const after = large[measure];
      return before === null || after === null || before <= 0 ? [] : [{ measure, growth: after / before }];
    });
    const [first] = measures;
    if (first === undefined) return [];
    const times = large.nodes / small.nodes;
    const bound = mayGrow(times) * NOISE;
    const words = `${benchmarkName}: ${name}, ${WORDS[first.measure]}, ${small.nodes} → ${large.nodes}`;
    return [against(amount(words, large.nodes, first.growth, '×'), `≤ ${bound.toFixed(2)} ×`, first.growth, bound)];
  });
}

const WORDS = { cpuMicroseconds: 'CPU', bytesPerNode: 'memory', p50Ms: 'p50', amount: 'amount' } as const;

/** Without what stands in brackets: sizes, which differ. */
function nameOf({ name }: WrittenFigure): string {
  return name.replace(/ \(.*\)$/u, '');
}
