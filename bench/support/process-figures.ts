/** What a process costs, read from outside it: CPU time and resident memory, as /proc tells. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Ticks a second in /proc/PID/stat; Linux says 100 to every program. */
const TICKS_PER_SECOND = 100;
/** Milliseconds between two looks at a process's memory, looks that must agree, and looks at most. */
const LOOK_EVERY_MS = 1000;
const LOOKS_TO_AGREE = 5;
const LOOKS_MAX = 30;
/** Share by which memory may still fall and counts as settled. */
const SETTLED_SHARE = 0.005;

/** Milliseconds of CPU that all threads of a process have used; `null` where the system does not tell. */
export function cpuMsOf(processId: number): number | null {
  const fields = fieldsOfStat(processId);
  return fields === null ? null : ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** The same with all that its children use or used: those that run now, and those that have ended. */
export function cpuMsWithChildren(processId: number): number | null {
  const own = fieldsOfStat(processId);
  if (own === null) return null;
  // user and system time, of itself and of children that it has waited for
  let ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(own[field]), 0);
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/u.test(name) ? fieldsOfStat(Number(name)) : null;
    if (fields !== null && Number(fields[1]) === processId) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** The fields of /proc/PID/stat that come after the program's name. */
function fieldsOfStat(processId: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Bytes of a process that are in memory; `null` where the system does not tell. */
export function residentBytesOf(processId: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(?<kilobytes>\d+) kB$/mu.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))
      ?.groups?.['kilobytes'];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

/** The memory of a process once it has stopped falling: what a burst left behind is given back only after a while. */
export async function settledBytesOf(processId: number): Promise<number | null> {
  let lowest = residentBytesOf(processId);
  let agreed = 0;
  for (let look = 0; lowest !== null && look < LOOKS_MAX && agreed < LOOKS_TO_AGREE; look += 1) {
    await setTimeout(LOOK_EVERY_MS);
    const bytes = residentBytesOf(processId);
    if (bytes === null) return null;
    agreed = bytes < lowest * (1 - SETTLED_SHARE) ? 0 : agreed + 1;
    lowest = Math.min(lowest, bytes);
  }
  return lowest;
}

/** Watches a process's CPU. @returns What ends it, and gives the highest share of one core in any second. */
export function watchCpuPeak(processId: number): () => number | null {
  const samples: { readonly atMs: number; readonly cpuMs: number }[] = [];
  let peak: number | null = null;
  const look = () => {
    const cpuMs = cpuMsOf(processId);
    if (cpuMs === null) return;
    const atMs = performance.now();
    samples.push({ atMs, cpuMs });
    const before = samples.findLast((sample) => atMs - sample.atMs >= 1000);
    if (before !== undefined) peak = Math.max(peak ?? 0, (cpuMs - before.cpuMs) / (atMs - before.atMs));
  };
  look();
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
