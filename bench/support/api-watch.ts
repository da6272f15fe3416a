/** How the API answers while something else keeps the server busy: a read and a durable change, in turn, at a steady rate. */
import { setTimeout } from 'node:timers/promises';
import { ApiCaller } from './api-caller.ts';
import type { Figure } from './figures.ts';
import { against, figure } from './figures.ts';
import type { MeasuredServer } from './measured-server.ts';

/** Milliseconds between two calls. */
const CALL_EVERY_MS = 10;
/** What the API must keep to, whatever storm there is. */
const P99_MS_MAX = 50;

/**
 * Calls the API while `work` goes on. A change that follows late is made late: the calls do not pile up.
 * @param nodeId A node that the fleet has already.
 */
export async function whileCalling<Result>(
  server: MeasuredServer,
  { nodeId, nodes, meanwhile }: { nodeId: string; nodes: number; meanwhile: string },
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly api: readonly Figure[] }> {
  const caller = new ApiCaller(server.url, 2);
  const reads: number[] = [];
  const changes: number[] = [];
  let isOver = false;
  const route = `/api/v1/nodes/${nodeId}`;
  const each = async (into: number[], call: () => Promise<{ readonly durationMs: number }>) => {
    while (!isOver) {
      into.push((await call()).durationMs);
      await setTimeout(CALL_EVERY_MS);
    }
  };
  const calling = Promise.all([
    each(reads, () => caller.expect(200, route)),
    each(changes, () =>
      caller.expect(200, `${route}/meta`, { method: 'PATCH', body: { meta: { turn: changes.length } } }),
    ),
  ]);
  const result = await work().finally(() => {
    isOver = true;
  });
  await calling;
  caller.close();
  const judged = (name: string, durations: readonly number[]) => {
    const one = figure(name, nodes, durations, null);
    return against(one, `p99 ≤ ${P99_MS_MAX} ms`, one.p99Ms, P99_MS_MAX);
  };
  return {
    result,
    api: [judged(`GET one node ${meanwhile}`, reads), judged(`PATCH metadata ${meanwhile}`, changes)],
  };
}
