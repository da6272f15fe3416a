/** Prints figures as a table with the machine that they belong to, and writes them as JSON beside. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figures.ts';
import { thisMachine } from './machine.ts';

const resultsDirectory = fileURLToPath(new URL('../../results/', import.meta.url));

/** @param name The benchmark's file; its figures are in `bench/results/NAME.json`. */
export function report(name: string, figures: readonly Figure[]): void {
  const machine = thisMachine();
  console.log(
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node.js ${machine.node}, commit ${machine.commit}`,
  );
  const rows = [
    ['what', 'repeated', 'p50', 'p99', 'per second', 'CPU per call'],
    ...figures.map(({ name: what, repeated, p50Ms, p99Ms, perSecond, cpuMicroseconds }) => [
      what,
      String(repeated),
      `${p50Ms.toFixed(2)} ms`,
      `${p99Ms.toFixed(2)} ms`,
      perSecond === null ? '' : String(perSecond),
      cpuMicroseconds === null ? 'not told' : `${cpuMicroseconds} µs`,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  mkdirSync(resultsDirectory, { recursive: true });
  writeFileSync(
    path.join(resultsDirectory, `${name}.json`),
    `${JSON.stringify({ at: new Date().toISOString(), machine, figures }, null, 2)}\n`,
  );
}
