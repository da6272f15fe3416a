/** Durations as people write them on the command line: 90s, 15m, 2h, 7d. */
import { InvalidArgumentError } from 'commander';

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * A parser for an option's value that gives whole seconds within the bounds (both inclusive).
 * Throws commander's InvalidArgumentError, which is shown as wrong usage, with valid examples.
 */
export function durationSeconds(bounds: { readonly min: number; readonly max: number }): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,9})(s|m|h|d)$/u.exec(text.trim());
    const seconds = Number(match?.[1]) * (SECONDS_OF_UNIT[match?.[2] ?? ''] ?? Number.NaN);
    if (Number.isNaN(seconds)) throw new InvalidArgumentError('Write a whole number and a unit: 90s, 15m, 2h, 7d.');
    if (seconds < bounds.min) throw new InvalidArgumentError(`It is at least ${bounds.min}s.`);
    if (seconds > bounds.max) throw new InvalidArgumentError(`It is at most ${inLargestUnit(bounds.max)}.`);
    return seconds;
  };
}

function inLargestUnit(seconds: number): string {
  for (const unit of ['d', 'h', 'm']) {
    const size = SECONDS_OF_UNIT[unit] ?? 1;
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}
