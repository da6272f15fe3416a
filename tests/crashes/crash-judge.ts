/** The comparison of what clients were told with what is true: nothing is lost, and nothing is done twice. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Operation } from '@sluice/contract';
import { type FleetUnderTest, isAlive } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { countOf, type CrashClients, isOperation } from './crash-clients.ts';

export class CrashJudge {
  readonly #clients: CrashClients;
  readonly #fleetOf: ReadonlyMap<string, FleetUnderTest>;
  /** Operations that nobody was told of, as last seen. */
  #untold: readonly Operation[] = [];

  /** @param fleetOf Where the agent and the files of each node are. */
  constructor(clients: CrashClients, fleetOf: ReadonlyMap<string, FleetUnderTest>) {
    this.#clients = clients;
    this.#fleetOf = fleetOf;
  }

  /** Comes to rest when the clients have ended, and compares everything. */
  async compare(): Promise<void> {
    const clients = this.#clients;
    for (const nodeId of this.#fleetOf.keys()) await clients.ask('POST', `/api/v1/nodes/${nodeId}/undrain`, {});
    await waitFor('every operation to have ended', async () => (await this.look()) === 0, {
      withinMs: 90_000,
      seen: () => [...clients.told.values()].filter(({ endedAt }) => endedAt === null),
    });
    for (const [nodeId, fleet] of this.#fleetOf) {
      await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 30_000);
      await this.#compareMarks(nodeId, fleet);
      await this.#compareStarts(nodeId, fleet);
      const { done = 0, unknown = 0 } = clients.counted.get(nodeId) ?? {};
      const count = countOf((await clients.ask('GET', `/api/v1/nodes/${nodeId}/meta`))?.json);
      if (count < done || count > done + unknown)
        clients.problems.push(
          `${nodeId}: ${done} increments were acknowledged (${unknown} unknown), and the counter is ${count}`,
        );
    }
    const [problem] = clients.problems;
    if (problem !== undefined) throw new Error(problem);
  }

  /** Everything that was acknowledged is there, and nothing that had ended has changed. @returns How many have not ended. */
  async look(): Promise<number> {
    const clients = this.#clients;
    const expected = new Set(clients.told.keys());
    const seen = new Set<string>();
    const untold: Operation[] = [];
    let unended = 0;
    for (let cursor = ''; ;) {
      const page = await clients.ask('GET', `/api/v1/operations?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`);
      if (page === null || page.status !== 200) return Number.NaN;
      const { json } = page;
      const items =
        typeof json === 'object' && json !== null && 'items' in json && Array.isArray(json.items) ? json.items : [];
      for (const operation of items) {
        if (!isOperation(operation)) continue;
        seen.add(operation.id);
        if (operation.endedAt === null) unended += 1;
        if (expected.has(operation.id)) clients.saw(operation, page.askedAt);
        else untold.push(operation);
      }
      const next = typeof json === 'object' && json !== null && 'nextCursor' in json ? json.nextCursor : null;
      if (typeof next !== 'string') break;
      cursor = encodeURIComponent(next);
    }
    this.#untold = untold;
    for (const id of expected) if (!seen.has(id)) clients.problems.push(`${id} was acknowledged and is lost`);
    const [problem] = clients.problems;
    if (problem !== undefined) throw new Error(problem);
    return unended;
  }

  /** A mark is left at most once; exactly once by what succeeded; never by what expired or was cancelled before it began. */
  async #compareMarks(nodeId: string, fleet: FleetUnderTest): Promise<void> {
    const { marks, told, problems } = this.#clients;
    const left = (await lines(path.join(fleet.directory, `${nodeId}.marks`))).map(([key = '']) => key);
    const times = new Map<string, number>();
    for (const key of left) times.set(key, (times.get(key) ?? 0) + 1);
    for (const [key, count] of times) if (count > 1) problems.push(`${nodeId}: ${key} was done ${count} times`);
    for (const [key, id] of marks) {
      const operation = told.get(id);
      if (operation?.nodeId !== nodeId) continue;
      const count = times.get(key) ?? 0;
      const wasBegun = operation.startedAt !== null;
      if (operation.status === 'succeeded' && count !== 1)
        problems.push(`${nodeId}: ${key} (${id}) succeeded and was done ${count} times`);
      if (!wasBegun && count > 0)
        problems.push(`${nodeId}: ${key} (${id}) is ${operation.status}, never began, and was done`);
    }
  }

  /** No incarnation was started twice, none but the last lives, and each restart that succeeded has one of its own. */
  async #compareStarts(nodeId: string, fleet: FleetUnderTest): Promise<void> {
    const { told, problems } = this.#clients;
    const starts = (await lines(path.join(fleet.directory, `${nodeId}.starts`))).map(([incarnation, pid]) => ({
      incarnation: Number(incarnation),
      pid: Number(pid),
    }));
    const incarnations = starts.map(({ incarnation }) => incarnation);
    if (new Set(incarnations).size !== incarnations.length) problems.push(`${nodeId}: started ${incarnations.join()}`);
    const pid = await fleet.workloadPid(nodeId);
    for (const start of starts)
      if (start.pid !== pid && (await isAlive(start.pid)))
        problems.push(`${nodeId}: incarnation ${start.incarnation} still lives`);
    const restarts = [...told.values()].filter(
      (operation) => operation.nodeId === nodeId && operation.command === 'restart',
    );
    const performed = restarts.filter(
      ({ status, result }) => status === 'succeeded' && result?.alreadyRestarted !== true,
    );
    const achieved = performed.map(({ result }) => result?.newIncarnation ?? 0);
    if (new Set(achieved).size !== achieved.length)
      problems.push(`${nodeId}: two restarts claim one incarnation: ${achieved.join()}`);
    const unclear = restarts.filter(({ status, startedAt }) => status !== 'succeeded' && startedAt !== null).length;
    const more = starts.length - 1 - performed.length;
    // A killed agent or server costs no workload: every start but the first is a restart that somebody asked for.
    if (more < 0 || more > unclear) {
      const claimed = new Set(achieved);
      const others = restarts.filter((operation) => !performed.includes(operation)).map((each) => JSON.stringify(each));
      problems.push(
        `${nodeId}: ${starts.length} starts, ${performed.length} restarts that succeeded, ${unclear} unclear; ` +
          `nobody claims the incarnations ${incarnations.filter((each) => !claimed.has(each)).join()}; other restarts: ${others.join(' ')}; ` +
          `not told: ${JSON.stringify(this.#untold.filter((each) => each.nodeId === nodeId && each.command === 'restart'))}`,
      );
    }
  }
}

async function lines(file: string): Promise<readonly (readonly string[])[]> {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
}
