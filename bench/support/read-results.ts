/** The figures that a benchmark has written, as far as they can be compared. */
import { existsSync, readFileSync } from 'node:fs';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { resultsFile } from './report.ts';

const NumberOrNull = Type.Union([Type.Number(), Type.Null()]);
const results = Compile(
  Type.Object({
    figures: Type.Array(
      Type.Object({
        name: Type.String(),
        nodes: Type.Integer(),
        p50Ms: NumberOrNull,
        cpuMicroseconds: NumberOrNull,
        bytesPerNode: NumberOrNull,
        amount: Type.Union([Type.Object({ value: Type.Number() }), Type.Null()]),
      }),
    ),
  }),
);

export interface WrittenFigure {
  readonly name: string;
  readonly nodes: number;
  readonly p50Ms: number | null;
  readonly cpuMicroseconds: number | null;
  readonly bytesPerNode: number | null;
  readonly amount: number | null;
}

/** None where the benchmark has not run. */
export function readResults(benchmarkName: string, isQuick: boolean): readonly WrittenFigure[] {
  const file = resultsFile(benchmarkName, isQuick);
  if (!existsSync(file)) return [];
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!results.Check(value)) throw new Error(`${file} was written by another version of the benchmarks; remove it`);
  return value.figures.map((one) => ({ ...one, amount: one.amount?.value ?? null }));
}
