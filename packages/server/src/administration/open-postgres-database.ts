/** Opens the PostgreSQL database of a store for an export or an import. */
import { Kysely } from 'kysely';
import { createLogger } from '../observe/logger.ts';
import { openPostgres } from '../store/postgres/open-postgres.ts';
import { parsePostgresAddress } from '../store/postgres/postgres-address.ts';
import { readingDialect } from '../store/postgres/reading-pool.ts';
import { unavailableReason } from '../store/postgres/unavailable-reason.ts';
import { refuse, type Refusal } from '../store/refusal.ts';
import type { Schema } from '../store/schema.ts';
import type { OpenDatabase } from './open-database.ts';

/** Milliseconds for a statement of an export: counting the rows of a large table takes seconds. */
const STATEMENT_MS_MAX = 60_000;

export function readPostgres(url: string): OpenDatabase | Refusal {
  let address: ReturnType<typeof parsePostgresAddress>;
  try {
    address = parsePostgresAddress(url);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refuse(error.message, 'Give it with --database, or with SLUICE_DATABASE_URL.');
  }
  const applicationName = `sluice export process ${process.pid}`;
  const kysely = new Kysely<Schema>({
    dialect: readingDialect({ address, applicationName, statementMsMax: STATEMENT_MS_MAX }),
  });
  return { ok: true, kysely, reasonOf: (error) => unavailableReason(error, address), close: () => kysely.destroy() };
}

export async function writePostgres(url: string): Promise<OpenDatabase> {
  // What must be known is thrown; the rest would be noise beside the command's own words.
  const { address, kysely, writer, committer } = await openPostgres(url, createLogger('error'), 'alone');
  const close = async () => {
    await writer.close();
    committer.giveUp();
    await kysely.destroy();
  };
  return { ok: true, kysely, reasonOf: (error) => unavailableReason(error, address), close };
}
