/** Two servers on one database, of which the second is always behind: it hears of no commit, and finds them by looking four times a second. */
import { ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ProxyUnderTest } from '../../packages/server/src/store/postgres/proxy-under-test.ts';

export interface OneBehind {
  readonly prompt: ServerUnderTest;
  readonly behind: ServerUnderTest;
  /** Between the one that is behind and PostgreSQL. */
  readonly database: ProxyUnderTest;
  readonly stop: () => Promise<void>;
}

export async function startOneBehind(): Promise<OneBehind> {
  const postgres = await PostgresUnderTest.start({ isDurable: false });
  const databaseUrl = await postgres.newDatabase();
  const database = await ProxyUnderTest.start(postgres.port);
  database.loseNotifications();
  const start = (address: string) => ServerUnderTest.start(undefined, { databaseUrl: address, leaseMs: 600_000 });
  const prompt = await start(databaseUrl);
  const behind = await start(databaseUrl.replace(`:${postgres.port}/`, `:${database.port}/`));
  const stop = async () => {
    for (const server of [prompt, behind]) await server.stop();
    await database.stop();
    await postgres.destroy();
  };
  return { prompt, behind, database, stop };
}
