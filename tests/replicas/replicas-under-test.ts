/** Several real servers on one PostgreSQL, each with its own network to the database and to its agents, so that each can be cut off by itself. */
import { ProxyUnderTest } from '../../packages/server/src/store/postgres/proxy-under-test.ts';
import type { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { pause } from '../crashes/pause.ts';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, freePort } from '../end-to-end/fleet-under-test.ts';

/** Milliseconds: silence of an agent is noticed soon, and a machine that is busy with other tests is no silence. */
const LEASE_MS = 5000;
/** Milliseconds after which every process of PostgreSQL has read its settings anew. */
const SYNCHRONOUS_MS = 1000;
const AGENTS = { heartbeatInterval: '500ms', lease: `${LEASE_MS}ms` };

/** One server of several. */
export interface Replica {
  /** Its process, and the agents whose files are kept beside it; they may be connected to any server. */
  readonly fleet: FleetUnderTest;
  /** Between it and PostgreSQL. */
  readonly database: ProxyUnderTest;
  /** Between agents and it. */
  readonly door: ProxyUnderTest;
}

export class ReplicasUnderTest {
  readonly all: readonly Replica[];
  /** The one that the servers are led to now. */
  postgres: PostgresUnderTest;
  readonly #database: string;
  /** Databases that were started here, in this order: who has started the first of all ends that. */
  #standbys: readonly PostgresUnderTest[] = [];

  private constructor(all: readonly Replica[], postgres: PostgresUnderTest, databaseUrl: string) {
    this.all = all;
    this.postgres = postgres;
    this.#database = new URL(databaseUrl).pathname.slice(1);
  }

  /** @param serverConfig Merged over the configuration of each. */
  static async start(
    postgres: PostgresUnderTest,
    count = 3,
    serverConfig: Readonly<Record<string, unknown>> = {},
  ): Promise<ReplicasUnderTest> {
    const databaseUrl = await postgres.newDatabase();
    const all = await Promise.all(
      Array.from({ length: count }, async (): Promise<Replica> => {
        const database = await ProxyUnderTest.start(postgres.port);
        const fleet = await FleetUnderTest.start({
          listen: `127.0.0.1:${await freePort()}`,
          databaseUrl: databaseUrl.replace(`:${postgres.port}/`, `:${database.port}/`),
          serverConfig: { agents: AGENTS, handOver: { notice: '100ms' }, ...serverConfig },
        });
        return { fleet, database, door: await ProxyUnderTest.start(Number(new URL(fleet.url).port)) };
      }),
    );
    return new ReplicasUnderTest(all, postgres, databaseUrl);
  }

  at(index: number): Replica {
    const replica = this.all[index];
    if (replica === undefined) throw new Error(`there is no server ${index}`);
    return replica;
  }

  /** Where agents reach the servers, those first that come after this one. */
  doors(first = 0): readonly string[] {
    const urls = this.all.map(({ door }) => `http://127.0.0.1:${door.port}`);
    return [...urls.slice(first), ...urls.slice(0, first)];
  }

  /** Starts a standby of the database, for which each commit waits from now on. */
  async followDatabase(): Promise<void> {
    this.#standbys = [...this.#standbys, await this.postgres.startStandby()];
    await this.postgres.waitForStandby(true);
    await waitFor('the standby to be waited for', async () => {
      const [row] = await this.postgres.query<{ state: string }>('select sync_state as state from pg_stat_replication');
      return row?.state === 'sync';
    });
    // PostgreSQL tells it before each of its processes goes by it, and tells nobody when they do.
    await pause(SYNCHRONOUS_MS);
  }

  /** The standby takes the place of the database, which is lost. */
  async failOver(): Promise<void> {
    const standby = this.#standbys.at(-1);
    if (standby === undefined) throw new Error('there is no standby');
    await standby.promote();
    this.failOverTo(standby);
    await Promise.all(this.#standbys.slice(0, -1).map((lost) => lost.destroy()));
    this.#standbys = [standby];
  }

  /** The servers find this PostgreSQL from now on where the one before it was. */
  failOverTo(postgres: PostgresUnderTest): void {
    this.postgres = postgres;
    for (const { database } of this.all) database.leadTo(postgres.port);
  }

  /** One statement in the servers' database, past all networks. */
  query<Row extends Record<string, unknown>>(text: string): Promise<readonly Row[]> {
    return this.postgres.query<Row>(text, this.postgres.url(this.#database));
  }

  /** What each server has logged last. */
  logs(): string {
    return this.all.map(({ fleet }, index) => `--- server ${index}\n${fleet.serverOutput().slice(-3000)}`).join('\n');
  }

  async stop(): Promise<void> {
    for (const { fleet, database, door } of this.all) {
      fleet.signalServer('SIGCONT');
      database.mend();
      door.mend();
    }
    await Promise.all(this.all.map(({ fleet }) => fleet.stop()));
    await Promise.all(this.all.flatMap(({ database, door }) => [database.stop(), door.stop()]));
    await Promise.all(this.#standbys.map((standby) => standby.destroy()));
  }
}
