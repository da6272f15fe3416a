/** Opens a PostgreSQL database: takes the server's lock, checks that it can be ours, brings the tables up to date. */
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Schema } from '../schema.ts';
import { Committer } from './committer.ts';
import { parsePostgresAddress, type PostgresAddress } from './postgres-address.ts';
import { STATEMENT_MS_MAX } from './postgres-session.ts';
import { prepareDatabase } from './prepare-database.ts';
import { readingDialect } from './reading-pool.ts';
import { RefusedError, unavailableReason } from './unavailable-reason.ts';
import { Writer } from './writer.ts';

export interface OpenedPostgres {
  readonly address: PostgresAddress;
  /** For reading, and for small writes of which no commit depends: on connections beside the writer's. */
  readonly kysely: Kysely<Schema>;
  /** Holds the lock until it is closed. */
  readonly writer: Writer;
  readonly committer: Committer;
}

/**
 * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; parts that are missing are taken as psql takes them.
 * @throws Error whose message says what is wrong and what to do, without the password.
 */
export async function openPostgres(url: string, logger: Logger): Promise<OpenedPostgres> {
  const address = parsePostgresAddress(url);
  const applicationName = nameOfThisProcess();
  const kysely = new Kysely<Schema>({
    dialect: readingDialect({ address, applicationName, statementMsMax: STATEMENT_MS_MAX }),
  });
  const committer = new Committer();
  let isPrepared = false;
  try {
    const writer = await Writer.open({
      address,
      applicationName,
      admit: async (session) => {
        if (!isPrepared) {
          const { warnings } = await prepareDatabase(session, address, applicationName);
          for (const warning of warnings) logger.warn({ event: 'database-warning' }, warning);
        }
        isPrepared = true;
        await committer.admit(session);
      },
      onLost: (reason) => logger.warn({ event: 'database-lost', reason }, 'the connection to the database was lost'),
      onBack: () => logger.info({ event: 'database-back' }, 'the connection to the database is there again'),
      onSuperseded: (reason) => logger.fatal({ event: 'database-superseded', reason }, 'restart this server'),
    });
    return { address, kysely, writer, committer };
  } catch (error) {
    await kysely.destroy();
    if (error instanceof RefusedError) throw new Error(error.message, { cause: error });
    const reason =
      unavailableReason(error, address) ?? (error instanceof Error ? `${error.message}.` : 'It failed unexpectedly.');
    throw new Error(`The ${address.shown} cannot be opened. ${reason}`, { cause: error });
  }
}

/** Within the 63 bytes that PostgreSQL keeps of it; the random part tells this process from all others, also after a restart. */
function nameOfThisProcess(): string {
  const host = os
    .hostname()
    .replaceAll(/[^\w.-]/gu, '-')
    .slice(0, 20);
  return `sluice server ${host} process ${process.pid} ${randomBytes(4).toString('hex')}`;
}
