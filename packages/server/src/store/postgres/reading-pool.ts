/** The connections that Kysely's statements run on: a few, made when they are needed, thrown away when they fail. */
import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver, type QueryResult } from 'kysely';
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from 'pg';
import type { PostgresAddress } from './postgres-address.ts';
import { sessionSettings } from './postgres-session.ts';

/** Connections at most. Reads of history are short, and the lists of nodes never come here. */
const CONNECTIONS_MAX = 4;

/** Milliseconds until an unused connection is given back to PostgreSQL. */
const IDLE_MS_MAX = 30_000;

export interface ReadingOptions {
  readonly address: PostgresAddress;
  readonly applicationName: string;
  /** Milliseconds until a statement is given up, and its connection with it. */
  readonly statementMsMax: number;
}

/** Kysely's dialect for PostgreSQL, on connections that keep the deadlines of ours. */
export function readingDialect(options: ReadingOptions): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new ReadingDriver(options),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class ReadingDriver implements Driver {
  readonly #pool: Pool;
  readonly #settings: ReturnType<typeof sessionSettings>;
  readonly #connections = new Map<DatabaseConnection, ReadingConnection>();
  readonly #configured = new WeakSet<PoolClient>();

  constructor({ address, applicationName, statementMsMax }: ReadingOptions) {
    this.#settings = sessionSettings(applicationName, statementMsMax);
    this.#pool = new Pool({
      ...address.settings,
      max: CONNECTIONS_MAX,
      idleTimeoutMillis: IDLE_MS_MAX,
      query_timeout: statementMsMax,
    });
    // An idle connection that is lost is already out of the pool; without a listener the process would end by it.
    this.#pool.on('error', () => undefined);
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const client = await this.#pool.connect();
    const connection = new ReadingConnection(client);
    try {
      if (!this.#configured.has(client)) {
        const { text, values } = this.#settings;
        await client.query(text, [...values]);
        this.#configured.add(client);
      }
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#connections.set(connection, connection);
    return connection;
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#connections.get(connection)?.release();
    this.#connections.delete(connection);
    return Promise.resolve();
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: { isolationLevel?: string; accessMode?: string },
  ): Promise<void> {
    const modes = [
      ...(isolationLevel === undefined ? [] : [`isolation level ${isolationLevel}`]),
      ...(accessMode === undefined ? [] : [accessMode]),
    ];
    await connection.executeQuery(CompiledQuery.raw(`begin ${modes.join(', ')}`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

class ReadingConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  /** The connection failed: nobody knows what is still under way on it. */
  #isBroken = false;

  constructor(client: PoolClient) {
    this.#client = client;
    client.on('error', this.#break);
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const { rows, rowCount } = await this.#client.query<Row & QueryResultRow>(sql, [...parameters]);
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    } catch (error) {
      if (!(error instanceof DatabaseError)) this.#isBroken = true;
      throw error;
    }
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('reading from the store: rows are read page by page, not as a stream');
  }

  release(): void {
    this.#client.off('error', this.#break);
    this.#client.release(this.#isBroken);
  }

  readonly #break = (): void => {
    this.#isBroken = true;
  };
}
