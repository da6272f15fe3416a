/** Opens the store that the configuration names, of either kind. */
import type { Logger } from 'pino';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

export interface StoreSettings {
  /** `null`: SQLite in the data directory. */
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
}

/** @throws Error for the one who started the server: it cannot be opened. */
export async function openStore({ databaseUrl, dataDirectory }: StoreSettings, logger: Logger): Promise<Store> {
  if (databaseUrl === null) return openSqliteStore(dataDirectory);
  // Loaded only where it is wanted, as PostgreSQL's client with it.
  const { openPostgresStore } = await import('./postgres/postgres-store.ts');
  return openPostgresStore(databaseUrl, logger);
}
