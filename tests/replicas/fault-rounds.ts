/** Rounds of faults: several real servers, agents and clients, seeded chance; and the comparison of what clients were told with what is true. */
import type { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { addCountedNode } from '../crashes/counted-node.ts';
import { CrashClients } from '../crashes/crash-clients.ts';
import { CrashJudge } from '../crashes/crash-judge.ts';
import { pause } from '../crashes/pause.ts';
import { ADMIN_TOKEN } from '../end-to-end/fleet-under-test.ts';
import { Random } from '../simulation/random.ts';
import { waitFor } from '../wait-for.ts';
import { type Fault, FAULT_NAMES, FAULTS } from './faults.ts';
import { calledOffline, expectBudgetsKept, expectWholeHistory } from './history-judge.ts';
import { ReplicasUnderTest } from './replicas-under-test.ts';

const NODES = ['n1', 'n2', 'n3'] as const;
const BUDGET = { name: 'everything', maxUnavailable: 2 };

export class FaultRounds {
  /** What happened, in this order. */
  readonly story: string[] = [];
  readonly replicas: ReplicasUnderTest;
  readonly #seed: number;
  readonly #clients: CrashClients;
  readonly #judge: CrashJudge;
  readonly #random: Random;

  private constructor(seed: number, replicas: ReplicasUnderTest) {
    this.replicas = replicas;
    this.#seed = seed;
    this.#random = new Random(seed, 'faults');
    const routes = new Random(seed, 'routes');
    this.#clients = new CrashClients({
      url: () => replicas.at(routes.between(0, replicas.all.length - 1)).fleet.url,
      token: ADMIN_TOKEN,
      nodeIds: NODES,
      random: new Random(seed, 'clients'),
    });
    this.#judge = new CrashJudge(
      this.#clients,
      new Map(NODES.map((nodeId, index) => [nodeId, replicas.at(index).fleet])),
    );
  }

  static async start(seed: number, postgres: PostgresUnderTest): Promise<FaultRounds> {
    const replicas = await ReplicasUnderTest.start(postgres);
    const rounds = new FaultRounds(seed, replicas);
    await rounds.#told(async () => {
      const { fleet } = replicas.at(0);
      const { maxUnavailable } = BUDGET;
      const made = await fleet.request('PUT', `/api/v1/budgets/${BUDGET.name}`, { selector: null, maxUnavailable });
      if (made.status !== 200) throw new Error(`the budget could not be made: ${JSON.stringify(made.json)}`);
      for (const [index, nodeId] of NODES.entries())
        await addCountedNode(replicas.at(index).fleet, nodeId, { server: replicas.doors() });
      for (const nodeId of NODES) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 60_000);
      rounds.#clients.begin();
    });
    return rounds;
  }

  get acknowledged(): number {
    return this.#clients.told.size;
  }

  /** Something happens to all of it, in the middle of the work. */
  async happens(what: string, act: () => Promise<void>): Promise<void> {
    this.story.push(what);
    await this.#told(act);
  }

  /** Waits until clients have been told of so many more operations. */
  async acknowledge(more: number): Promise<void> {
    const enough = this.acknowledged + more;
    await this.#told(() =>
      waitFor('operations to be acknowledged', () => this.acknowledged >= enough, { seen: () => this.acknowledged }),
    );
  }

  /** Something happens to a server in the middle of the work; everything that was acknowledged before is there. */
  async round(fault: Fault, lastsMs: number): Promise<void> {
    const index = this.#random.between(0, this.replicas.all.length - 1);
    await this.#told(async () => {
      await pause(this.#random.between(20, 500));
      const before = (await calledOffline(this.replicas)).length;
      this.story.push(`server ${index} ${fault} for ${lastsMs} ms`);
      await FAULTS[fault](this.replicas, index, lastsMs);
      await this.#judge.look();
      const offline = (await calledOffline(this.replicas)).slice(before);
      if (offline.length > 0) this.story.push(`(${offline.join()} called offline)`);
    });
  }

  randomRound(): Promise<void> {
    const random = this.#random;
    const fault = random.pick(...FAULT_NAMES);
    // Half of them are over before anybody has noticed.
    return this.round(fault, random.chance(0.5) ? random.between(0, 2000) : random.between(3500, 8000));
  }

  /** Comes to rest, and compares everything. @returns How often nodes were called offline. */
  async compare(): Promise<number> {
    return this.#told(async () => {
      await this.#clients.end();
      for (const { fleet } of this.replicas.all)
        await waitFor('every server to be ready', async () => (await fetch(`${fleet.url}/readyz`)).ok, {
          seen: () => fleet.serverOutput().slice(-3000),
        });
      await this.#judge.compare();
      await expectBudgetsKept(this.replicas, BUDGET);
      await expectWholeHistory(this.replicas, this.#random.between(0, this.replicas.all.length - 1));
      return (await calledOffline(this.replicas)).length;
    });
  }

  async stop(): Promise<void> {
    await this.#clients.end();
    await this.replicas.stop();
  }

  /** What fails tells its story, and how to hear it again. */
  async #told<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      const story = this.story.slice(-12).join('; ');
      throw new Error(`rounds of faults with seed ${this.#seed}: ${story}\n${this.replicas.logs()}`, { cause: error });
    }
  }
}
