/** Rounds of killing: real processes, real files, seeded chance; and the comparison of what clients were told with what is true. */
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN, FleetUnderTest, isAlive } from '../end-to-end/fleet-under-test.ts';
import { Random } from '../simulation/random.ts';
import { waitFor } from '../wait-for.ts';
import { countOf, CrashClients, isOperation } from './crash-clients.ts';
import { pause } from './pause.ts';

const workload = fileURLToPath(new URL('counted-workload.mjs', import.meta.url));
const NODES = ['n1', 'n2'] as const;

/**
 * @param databaseUrl Of a PostgreSQL database; `null`: SQLite.
 * @returns How many operations were acknowledged.
 * @throws what was different from what clients were told, with the seed.
 */
export async function runCrashRounds(
  seed: number,
  rounds: number,
  databaseUrl: string | null,
): Promise<{ readonly acknowledged: number }> {
  const series = await CrashSeries.start(seed, databaseUrl);
  try {
    for (let round = 0; round < rounds; round += 1) await series.round();
    await series.compare();
    return { acknowledged: series.acknowledged };
  } catch (error) {
    throw new Error(`crash rounds with seed ${seed}: ${series.story.slice(-12).join('; ')}\n${series.logs()}`, {
      cause: error,
    });
  } finally {
    await series.stop();
  }
}

class CrashSeries {
  readonly story: string[] = [];
  readonly #fleet: FleetUnderTest;
  readonly #clients: CrashClients;
  readonly #random: Random;

  private constructor(seed: number, fleet: FleetUnderTest) {
    this.#fleet = fleet;
    this.#random = new Random(seed, 'crashes');
    this.#clients = new CrashClients({
      url: () => fleet.url,
      token: ADMIN_TOKEN,
      nodeIds: NODES,
      random: new Random(seed, 'clients'),
    });
  }

  static async start(seed: number, databaseUrl: string | null): Promise<CrashSeries> {
    const fleet = await FleetUnderTest.start(databaseUrl === null ? {} : { databaseUrl });
    for (const nodeId of NODES) {
      const marks = path.join(fleet.directory, `${nodeId}.marks`);
      const starts = path.join(fleet.directory, `${nodeId}.starts`);
      await Promise.all([appendFile(marks, ''), appendFile(starts, '')]);
      await fleet.addNode(nodeId, {
        command: [process.execPath, workload],
        game: { STARTS_FILE: starts },
        agent: {
          commands: {
            mark: {
              description: 'Leaves a mark',
              // Long enough to be killed in the middle.
              exec: ['sh', '-c', 'echo "$SLUICE_PARAM_KEY" >> "$0"; exec sleep 0.3', marks],
              timeout: '5s',
              params: { key: { type: 'string' } },
            },
          },
        },
      });
    }
    for (const nodeId of NODES) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 30_000);
    const series = new CrashSeries(seed, fleet);
    series.#clients.begin();
    return series;
  }

  /** Something is killed in the middle of the work, now and then also in the middle of its start, and started again. */
  async round(): Promise<void> {
    const random = this.#random;
    await pause(random.between(20, 300));
    const victim = random.pick('server', 'server', 'agent', 'agent', 'both');
    const nodeId = random.pick(...NODES);
    this.story.push(`${victim} ${victim === 'server' ? '' : nodeId}`.trim());
    if (victim !== 'server') await this.#fleet.stopAgent(nodeId, 'SIGKILL');
    if (victim !== 'agent') await this.#fleet.stopServer('SIGKILL');
    await pause(random.between(0, 100));
    if (victim !== 'server') {
      this.#fleet.startAgent(nodeId);
      if (random.chance(0.3)) {
        await pause(random.between(50, 400));
        await this.#fleet.stopAgent(nodeId, 'SIGKILL');
        this.#fleet.startAgent(nodeId);
      }
    }
    if (victim !== 'agent') {
      if (random.chance(0.2)) {
        const starting = this.#fleet.startServer().catch(() => undefined);
        await pause(random.between(50, 500));
        await this.#fleet.stopServer('SIGKILL');
        await starting;
      }
      await this.#fleet.startServer();
    }
    await this.#look();
  }

  /** Comes to rest, and compares everything. */
  async compare(): Promise<void> {
    const clients = this.#clients;
    await clients.end();
    for (const nodeId of NODES) await clients.ask('POST', `/api/v1/nodes/${nodeId}/undrain`, {});
    await waitFor('every operation to have ended', async () => (await this.#look()) === 0, {
      withinMs: 90_000,
      seen: () => [...clients.told.values()].filter(({ endedAt }) => endedAt === null),
    });
    for (const nodeId of NODES) {
      await this.#fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 30_000);
      await this.#compareMarks(nodeId);
      await this.#compareStarts(nodeId);
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

  get acknowledged(): number {
    return this.#clients.told.size;
  }

  logs(): string {
    return [this.#fleet.serverOutput(), ...NODES.map((nodeId) => this.#fleet.agentOutput(nodeId))]
      .map((text) => text.slice(-1500))
      .join('\n---\n');
  }

  async stop(): Promise<void> {
    await this.#clients.end();
    await this.#fleet.stop();
  }

  /** Everything that was acknowledged is there, and nothing that had ended has changed. @returns How many have not ended. */
  async #look(): Promise<number> {
    const clients = this.#clients;
    const expected = new Set(clients.told.keys());
    const seen = new Set<string>();
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
      }
      const next = typeof json === 'object' && json !== null && 'nextCursor' in json ? json.nextCursor : null;
      if (typeof next !== 'string') break;
      cursor = encodeURIComponent(next);
    }
    for (const id of expected) if (!seen.has(id)) clients.problems.push(`${id} was acknowledged and is lost`);
    const [problem] = clients.problems;
    if (problem !== undefined) throw new Error(problem);
    return unended;
  }

  /** A mark is left at most once; exactly once by what succeeded; never by what expired or was cancelled before it began. */
  async #compareMarks(nodeId: string): Promise<void> {
    const { marks, told, problems } = this.#clients;
    const left = (await lines(path.join(this.#fleet.directory, `${nodeId}.marks`))).map(([key = '']) => key);
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
  async #compareStarts(nodeId: string): Promise<void> {
    const { told, problems } = this.#clients;
    const starts = (await lines(path.join(this.#fleet.directory, `${nodeId}.starts`))).map(([incarnation, pid]) => ({
      incarnation: Number(incarnation),
      pid: Number(pid),
    }));
    const incarnations = starts.map(({ incarnation }) => incarnation);
    if (new Set(incarnations).size !== incarnations.length) problems.push(`${nodeId}: started ${incarnations.join()}`);
    const pid = await this.#fleet.workloadPid(nodeId);
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
    if (more < 0 || more > unclear)
      problems.push(
        `${nodeId}: ${starts.length} starts, ${performed.length} restarts that succeeded, ${unclear} unclear`,
      );
  }
}

async function lines(file: string): Promise<readonly (readonly string[])[]> {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
}
