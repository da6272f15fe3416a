/** Where a PostgreSQL database is: the settings of every connection to it, and its name as a person may see it, without the password. */
import { Client, type ClientConfig, TypeOverrides } from 'pg';

/** Milliseconds for a connection to be made, its login included. */
const CONNECTING_MS_MAX = 5000;

/** Milliseconds until an idle connection is probed, so that one whose other end has vanished is noticed. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** PostgreSQL's number for the type `bigint`; https://www.postgresql.org/docs/current/catalog-pg-type.html */
const BIGINT_TYPE = 20;

export interface PostgresAddress {
  /** Holds the password: for the driver only, never for a log or an error. */
  readonly settings: ClientConfig;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Such as `database 'sluice' on db.example:5432 (as user 'sluice')`. */
  readonly shown: string;
}

/** @throws Error for a person, when the text is no address of PostgreSQL; the text itself is not repeated, since it may hold a password. */
export function parsePostgresAddress(url: string): PostgresAddress {
  const types = new TypeOverrides();
  types.setTypeParser(BIGINT_TYPE, safeInteger);
  const settings: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: CONNECTING_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types,
  };
  if (!/^postgres(?:ql)?:\/\//u.test(url)) throw refusal(new Error('it does not begin with postgres://'));
  let client: Client;
  try {
    client = new Client(settings);
  } catch (error) {
    throw refusal(error);
  }
  const { host, port, database, user } = client;
  const named = { host, port, database: database ?? '', user: user ?? '' };
  return { settings, ...named, shown: `database '${named.database}' on ${host}:${port} (as user '${named.user}')` };
}

function refusal(cause: unknown): Error {
  return new Error(
    'The address of the database is not one of PostgreSQL. Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE; ' +
      'special characters in the password are percent-encoded, such as %40 for @.',
    // Only its message: an error about an address carries the address along.
    { cause: new Error(cause instanceof Error ? cause.message : 'it cannot be read') },
  );
}

/** All whole numbers of ours are below 2^53; another one would be damage, and is not rounded over. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`reading the number ${text} from PostgreSQL: it is beyond 2^53`);
  return value;
}
