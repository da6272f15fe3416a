/** So many nodes, or such a share of them, as somebody types it. */
import type { CountOrPercent } from '@sluice/contract';

const COUNT_MAX = 1_000_000;

/** @param least Of a count; a share begins above it. @returns `null`: it is neither. */
export function readCountOrPercent(text: string, least: 0 | 1): CountOrPercent | null {
  const typed = text.trim();
  const percent = /^(\d{1,3})\s*%$/u.exec(typed)?.[1];
  if (percent !== undefined) {
    const share = Number(percent);
    return share >= least && share <= 100 ? `${share}%` : null;
  }
  const count = /^\d{1,7}$/u.test(typed) ? Number(typed) : Number.NaN;
  return count >= least && count <= COUNT_MAX ? count : null;
}
