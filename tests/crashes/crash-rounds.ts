/** Rounds of killing: real processes, real files, seeded chance; and the comparison of what clients were told with what is true. */
import { ADMIN_TOKEN, FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { Random } from '../simulation/random.ts';
import { CrashClients } from './crash-clients.ts';
import { CrashJudge } from './crash-judge.ts';
import { addCountedNode } from './counted-node.ts';
import { pause } from './pause.ts';

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
  readonly #judge: CrashJudge;
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
    this.#judge = new CrashJudge(this.#clients, new Map(NODES.map((nodeId) => [nodeId, fleet])));
  }

  static async start(seed: number, databaseUrl: string | null): Promise<CrashSeries> {
    const fleet = await FleetUnderTest.start(databaseUrl === null ? {} : { databaseUrl });
    for (const nodeId of NODES) await addCountedNode(fleet, nodeId);
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
    await this.#judge.look();
  }

  /** Comes to rest, and compares everything. */
  async compare(): Promise<void> {
    await this.#clients.end();
    await this.#judge.compare();
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
}
