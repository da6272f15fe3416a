/** Prints figures as a table with the machine that they belong to, and writes them as JSON beside. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figures.ts';
import { thisMachine } from './machine.ts';

const resultsDirectory = fileURLToPath(new URL('../../results/', import.meta.url));

const HEAD = [
  'what',
  'nodes',
  'repeated',
  'p50',
  'p99',
  'per second',
  'CPU for each',
  'memory a node',
  'amount',
  'target',
];
const BYTES_PER_KILOBYTE = 1000;

/** A quick run leaves the figures of a real one alone. */
export function resultsFile(name: string, isQuick: boolean): string {
  return path.join(resultsDirectory, `${name}${isQuick ? '-quick' : ''}.json`);
}

/** @param name The benchmark's file; its figures are in `bench/results/NAME.json`. */
export function report(name: string, figures: readonly Figure[], isQuick: boolean): void {
  const machine = thisMachine();
  const { processor, cores, memoryGiB, node, commit } = machine;
  console.log(`${processor}, ${cores} cores, ${memoryGiB} GiB, Node.js ${node}, commit ${commit}`);
  const rows = [HEAD, ...figures.map((one) => cellsOf(one))];
  // A column in which nothing stands says nothing.
  const columns = HEAD.map((_, column) => column).filter((column) => rows.slice(1).some((row) => row[column] !== ''));
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = columns.map((column, place) => {
      const cell = row[column] ?? '';
      return column === 0 || column === HEAD.length - 1
        ? cell.padEnd(widths[place] ?? 0)
        : cell.padStart(widths[place] ?? 0);
    });
    console.log(cells.join('  ').trimEnd());
  }
  mkdirSync(resultsDirectory, { recursive: true });
  writeFileSync(
    resultsFile(name, isQuick),
    `${JSON.stringify({ at: new Date().toISOString(), isQuick, machine, figures }, null, 2)}\n`,
  );
}

function cellsOf(one: Figure): readonly string[] {
  const { p50Ms, p99Ms, perSecond, cpuMicroseconds, bytesPerNode, amount, target } = one;
  return [
    one.name,
    String(one.nodes),
    String(one.repeated),
    p50Ms === null ? '' : `${p50Ms.toFixed(2)} ms`,
    p99Ms === null ? '' : `${p99Ms.toFixed(2)} ms`,
    perSecond === null ? '' : String(perSecond),
    cpuMicroseconds === null ? '' : `${cpuMicroseconds} µs`,
    bytesPerNode === null ? '' : `${(bytesPerNode / BYTES_PER_KILOBYTE).toFixed(1)} KB`,
    amount === null
      ? ''
      : `${amount.value.toFixed(amount.value < 100 && !Number.isInteger(amount.value) ? 1 : 0)} ${amount.unit}`,
    target === null ? '' : `${target.isMet ? '✓' : '✗'} ${target.text}`,
  ];
}
