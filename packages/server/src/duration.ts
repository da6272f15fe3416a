/** Durations as configuration files write them: `90s`, `15m`, `2h`, `7d`. */
import Type from 'typebox';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const Duration = Type.String({ pattern: '^[0-9]+(ms|s|m|h|d)$' });

/** @param text Matches the pattern of `Duration`. */
export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)(ms|[smhd])$/u.exec(text) ?? [];
  return Number(count) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
}
