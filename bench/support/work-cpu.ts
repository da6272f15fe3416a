/** What a piece of work costs a server beside the heartbeats that go on meanwhile. */
import { setTimeout } from 'node:timers/promises';
import type { MeasuredServer } from './measured-server.ts';

/** Milliseconds for which the heartbeats alone are measured: half an interval, in which every other agent beats. */
const ALONE_MS = 5000;

export class WorkCpu {
  readonly #server: MeasuredServer;
  readonly #share: number;

  private constructor(server: MeasuredServer, share: number) {
    this.#server = server;
    this.#share = share;
  }

  /** To be called while the fleet is idle. */
  static async besideIdle(server: MeasuredServer): Promise<WorkCpu> {
    const startedAt = performance.now();
    const cpuMs = await server.cpuOf(async () => {
      await setTimeout(ALONE_MS);
    });
    return new WorkCpu(server, (cpuMs ?? 0) / (performance.now() - startedAt));
  }

  /** Milliseconds of CPU that the work alone cost; `null` where the system does not tell. */
  async of(work: () => Promise<void>): Promise<number | null> {
    const startedAt = performance.now();
    const cpuMs = await this.#server.cpuOf(work);
    return cpuMs === null ? null : Math.max(0, cpuMs - this.#share * (performance.now() - startedAt));
  }
}
