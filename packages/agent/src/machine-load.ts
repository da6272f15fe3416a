/** What the machine has and how busy it is, from the operating system. */
import os from 'node:os';
import type { Resources } from '@sluice/contract';

export function machineResources(): Resources {
  return { cpuCount: os.availableParallelism(), memoryBytes: os.totalmem() };
}

interface CpuTimes {
  readonly busyMs: number;
  readonly totalMs: number;
}

/** Measures since it was asked last; rounded, so that a node that idles says nothing new. */
export class MachineLoad {
  #last = cpuTimes();

  /** `cpuPercent` is of the whole machine, 0 to 100; `memoryBytes` is what is in use, to a MiB. */
  measure(): { readonly cpuPercent: number; readonly memoryBytes: number } {
    const now = cpuTimes();
    const totalMs = now.totalMs - this.#last.totalMs;
    const busyMs = now.busyMs - this.#last.busyMs;
    this.#last = now;
    const mebibyte = 1024 * 1024;
    return {
      cpuPercent: totalMs <= 0 ? 0 : Math.max(0, Math.round((100 * busyMs) / totalMs)),
      memoryBytes: Math.round((os.totalmem() - os.freemem()) / mebibyte) * mebibyte,
    };
  }
}

function cpuTimes(): CpuTimes {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of os.cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    totalMs += all;
    busyMs += all - times.idle;
  }
  return { busyMs, totalMs };
}
