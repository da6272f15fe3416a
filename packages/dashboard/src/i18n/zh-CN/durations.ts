/** 时间与数量 Times and amounts. */
import type { durations as en } from '../en/durations.ts';

const SECONDS = { minute: 60, hour: 3600, day: 86_400 };

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < SECONDS.minute) return `${seconds} 秒`;
  if (seconds < SECONDS.hour) return pair(Math.floor(seconds / SECONDS.minute), '分', seconds % SECONDS.minute, '秒');
  const minutes = Math.floor(seconds / SECONDS.minute);
  if (seconds < SECONDS.day) return pair(Math.floor(minutes / 60), '小时', minutes % 60, '分');
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), '天', hours % 24, '小时');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

export const durations: typeof en = {
  duration,
  ago: (ms) => (ms < 1000 ? '刚刚' : `${duration(ms)}前`),
  in: (ms) => (ms < 1000 ? '现在' : `${duration(ms)}后`),
  never: '从未',
  none: '–',
  unknown: '未知',
};
