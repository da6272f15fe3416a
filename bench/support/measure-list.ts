/** Measures one way to ask for a list. */
import type { ApiCaller } from './api-caller.ts';
import { type Figure, figure } from './figures.ts';
import type { WorkCpu } from './work-cpu.ts';

export interface ListCall {
  readonly name: string;
  readonly query: string;
  readonly calls: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Done before each call; what it costs is not part of the figure. */
  readonly before?: (call: number) => Promise<void>;
}

export async function measureList(
  caller: ApiCaller,
  cpu: WorkCpu,
  nodes: number,
  { name, query, calls, headers = {}, status = 200, before }: ListCall,
): Promise<Figure> {
  const durationsMs: number[] = [];
  let bytes = 0;
  // A server that has been running has compiled what it runs.
  await repeat(calls, async () => void (await caller.expect(status, `/api/v1/nodes${query}`, { headers })));
  const beforeMs = before === undefined ? 0 : await cpu.of(() => repeat(calls, before));
  const cpuMs = await cpu.of(() =>
    repeat(calls, async (call) => {
      await before?.(call);
      const answered = await caller.expect(status, `/api/v1/nodes${query}`, { headers });
      durationsMs.push(answered.durationMs);
      ({ bytes } = answered);
    }),
  );
  const size = bytes === 0 ? '' : ` (${Math.round(bytes / 1000)} kB)`;
  const ownMs = cpuMs === null || beforeMs === null ? null : Math.max(0, cpuMs - beforeMs);
  return figure(`${name}${size}`, nodes, durationsMs, ownMs);
}

async function repeat(times: number, work: (time: number) => Promise<void>): Promise<void> {
  for (let time = 0; time < times; time += 1) await work(time);
}
