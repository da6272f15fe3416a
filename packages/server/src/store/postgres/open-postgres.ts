/** Opens a PostgreSQL database: takes the servers' lock, checks that it can be ours, brings the tables up to date. */
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Schema } from '../schema.ts';
import { Committer } from './committer.ts';
import { KeptSession } from './kept-session.ts';
import type { Place } from './missed-commits.ts';
import { parsePostgresAddress, type PostgresAddress } from './postgres-address.ts';
import { STATEMENT_MS_MAX } from './postgres-session.ts';
import { prepareDatabase } from './prepare-database.ts';
import { readingDialect } from './reading-pool.ts';
import { RefusedError, unavailableReason } from './unavailable-reason.ts';
import { type Use, takeServerLock } from './server-lock.ts';

export interface OpenedPostgres {
  readonly address: PostgresAddress;
  readonly applicationName: string;
  /** For reading, and for small writes of which no commit depends: on connections beside the writer's. */
  readonly kysely: Kysely<Schema>;
  /** The one session of this process that commits. Holds the lock until it is closed. */
  readonly writer: KeptSession;
  readonly committer: Committer;
}

/**
 * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; parts that are missing are taken as psql takes them.
 * @param use Whether servers may use it at the same time.
 * @param made See `Committer`.
 * @throws Error whose message says what is wrong and what to do, without the password.
 */
export async function openPostgres(
  url: string,
  logger: Logger,
  use: Use,
  made?: (place: Place) => void,
): Promise<OpenedPostgres> {
  const address = parsePostgresAddress(url);
  const applicationName = nameOfThisProcess(use === 'shared' ? 'server' : 'import');
  const kysely = new Kysely<Schema>({
    dialect: readingDialect({ address, applicationName, statementMsMax: STATEMENT_MS_MAX }),
  });
  const committer = new Committer(made);
  let isPrepared = false;
  try {
    const writer = await KeptSession.open({
      address,
      applicationName,
      admit: async (session) => {
        await takeServerLock(session, use, address, applicationName);
        if (!isPrepared) {
          const { warnings } = await prepareDatabase(session, address, applicationName);
          for (const warning of warnings) logger.warn({ event: 'database-warning' }, warning);
        }
        isPrepared = true;
        await committer.admit(session);
      },
      onLost: (reason) => logger.warn({ event: 'database-lost', reason }, 'the connection to the database was lost'),
      onBack: () => logger.info({ event: 'database-back' }, 'the connection to the database is there again'),
    });
    return { address, applicationName, kysely, writer, committer };
  } catch (error) {
    await kysely.destroy();
    if (error instanceof RefusedError) throw new Error(error.message, { cause: error });
    const reason =
      unavailableReason(error, address) ?? (error instanceof Error ? `${error.message}.` : 'It failed unexpectedly.');
    throw new Error(`The ${address.shown} cannot be opened. ${reason}`, { cause: error });
  }
}

/** Within the 63 bytes that PostgreSQL keeps of it; the random part tells this process from all others, also after a restart. */
function nameOfThisProcess(what: 'server' | 'import'): string {
  const host = os
    .hostname()
    .replaceAll(/[^\w.-]/gu, '-')
    .slice(0, 20);
  return `sluice ${what} ${host} process ${process.pid} ${randomBytes(4).toString('hex')}`;
}
