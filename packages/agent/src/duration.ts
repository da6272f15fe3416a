/** Durations as people write them in the configuration: `500ms`, `30s`, `15m`, `2h`, `7d`. */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest duration, in milliseconds: timers count no further (24 days). */
const DURATION_MS_MAX = 2_147_483_647;

/** Milliseconds; `null` for a text that is no duration, or one that is too long for a timer. */
export function durationMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,10})(ms|[smhd])$/u.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  return milliseconds <= DURATION_MS_MAX ? milliseconds : null;
}
