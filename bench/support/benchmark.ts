/** How every benchmark runs: it says that it has begun, has a deadline, and tells its figures at the end. */
import type { Figure } from './figures.ts';
import { report } from './report.ts';

export interface Scale {
  /** As one runs it to see that it works: few nodes, short. Its figures are no measure. */
  readonly isQuick: boolean;
  /** The sizes of fleet at which things are measured: one, and twice as many. */
  readonly fleets: readonly number[];
}

const FLEETS = [5000, 10_000];
const QUICK_FLEETS = [500, 1000];

/**
 * @param minutes After so long it is given up, with all that it started: a benchmark never hangs. What it has found until then is told.
 * @param work What it measures, into `figures`; it says with `progress` how far it is.
 */
export async function benchmark(
  name: string,
  minutes: number,
  work: (scale: Scale, figures: Figure[]) => Promise<void>,
): Promise<void> {
  const figures: Figure[] = [];
  await withDeadline(name, minutes, {
    work: (isQuick) => work({ isQuick, fleets: isQuick ? QUICK_FLEETS : FLEETS }, figures),
    end: (isQuick) => report(name, figures, isQuick),
  });
}

export interface Limited {
  /** @param isQuick Whether it is only to show that it works. */
  readonly work: (isQuick: boolean) => Promise<void>;
  /** Called afterwards, also when it was given up. */
  readonly end: (isQuick: boolean) => void;
}

export async function withDeadline(name: string, minutes: number, { work, end }: Limited): Promise<void> {
  const isQuick = process.argv.includes('--quick');
  const deadline = setTimeout(() => {
    console.error(`${name} has not ended after ${minutes} minutes and is given up.`);
    end(isQuick);
    process.exit(1);
  }, minutes * 60_000);
  if (isQuick) progress('a quick run shows that it works; its figures are no measure');
  await work(isQuick);
  clearTimeout(deadline);
  end(isQuick);
}

/** A line for whoever watches. */
export function progress(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`);
}
