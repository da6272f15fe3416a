/** One connection to PostgreSQL that never keeps anybody waiting: every statement has its deadline, and a lost connection says so. */
import { Socket } from 'node:net';
import { Client, type QueryResult, type QueryResultRow } from 'pg';
import type { PostgresAddress } from './postgres-address.ts';
import { ConnectionLostError, unavailableReason } from './unavailable-reason.ts';

/** Milliseconds for a statement. Those of a server take a few; one that takes longer has met a lock, or a machine that hangs. */
export const STATEMENT_MS_MAX = 10_000;

/**
 * Milliseconds for which a transaction may stand still: a server that was frozen, or cut off, while it had the pen would keep all others
 * from committing.
 */
const STANDING_MS_MAX = 3000;

/** Milliseconds by which PostgreSQL gives up earlier than we do, where it can, so that its reason is heard. */
const EARLIER_MS = 500;

/** A statement that is planned once for each connection when it has a name. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/**
 * The settings of every session, whatever the database's own are: a commit is on the disk before it is acknowledged, no
 * statement and no forgotten transaction lasts for ever, and the server notices within half a minute when this machine has vanished.
 */
export function sessionSettings(
  applicationName: string,
  statementMsMax: number,
): { readonly text: string; readonly values: readonly string[] } {
  const settings = {
    application_name: applicationName,
    synchronous_commit: 'on',
    statement_timeout: String(statementMsMax - EARLIER_MS),
    lock_timeout: String(statementMsMax - 2 * EARLIER_MS),
    idle_in_transaction_session_timeout: String(Math.min(STANDING_MS_MAX, statementMsMax)),
    tcp_user_timeout: String(statementMsMax),
    tcp_keepalives_idle: '10',
    tcp_keepalives_interval: '5',
    tcp_keepalives_count: '3',
  };
  const calls = Object.keys(settings).map((name, index) => `set_config('${name}', $${index + 1}, false)`);
  return { text: `select ${calls.join(', ')}`, values: Object.values(settings) };
}

export class PostgresSession {
  readonly #address: PostgresAddress;
  readonly #client: Client;
  /** Ours, so that it can be closed without asking the other end, which may not answer. */
  readonly #socket = new Socket();
  /** Why the connection cannot be used any more; `null`: it can. */
  #lost: ConnectionLostError | null = null;
  readonly #listeners: ((reason: string) => void)[] = [];

  private constructor(address: PostgresAddress) {
    this.#address = address;
    // Statements that are asked together are sent together, and answered one after the other.
    this.#client = new Client({ ...address.settings, pipeline: true, stream: () => this.#socket });
    // Without a listener the process would end when PostgreSQL does.
    this.#client.on('error', (error) => this.#lose(error));
    this.#client.on('end', () => this.#lose(new Error('Connection terminated')));
  }

  /** @throws What the driver threw; see `unavailableReason`. */
  static async open(address: PostgresAddress, applicationName: string): Promise<PostgresSession> {
    const session = new PostgresSession(address);
    try {
      await session.#client.connect();
      const { text, values } = sessionSettings(applicationName, STATEMENT_MS_MAX);
      await session.query({ text }, values);
      return session;
    } catch (error) {
      session.end();
      throw error;
    }
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** Calls once, with the reason, when the connection cannot be used any more. */
  whenLost(listener: (reason: string) => void): void {
    if (this.#lost === null) this.#listeners.push(listener);
    else listener(this.#lost.message);
  }

  /**
   * One statement; its deadline ends the connection, since nobody knows what it still does.
   * @throws DatabaseError when PostgreSQL refused it; ConnectionLostError when the answer did not come.
   */
  async query<Row extends QueryResultRow>(
    { name, text }: Statement,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> {
    if (this.#lost !== null) throw this.#lost;
    const timer = setTimeout(() => {
      const seconds = STATEMENT_MS_MAX / 1000;
      this.#lose(
        new ConnectionLostError(
          `PostgreSQL at ${this.#address.host}:${this.#address.port} did not answer within ${seconds} seconds. ` +
            'Check that it is not stopped or overloaded, and the network between.',
        ),
      );
    }, STATEMENT_MS_MAX);
    try {
      return await this.#client.query<Row, unknown[]>({ ...(name === undefined ? {} : { name }), text }, [...values]);
    } catch (error) {
      // The driver's own error for a connection that we ended says nothing of why.
      throw this.#lost ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls with what is notified on channels that the session listens to. */
  whenNotified(listener: (payload: string) => void): void {
    this.#client.on('notification', ({ payload = '' }) => listener(payload));
  }

  /** Ends the connection at once, whatever is under way on it. */
  end(): void {
    this.#lose(new ConnectionLostError('The connection to PostgreSQL was closed.'));
  }

  /** Says goodbye to PostgreSQL, so that it lets go of the session's locks before this resolves (or the deadline comes). */
  async close(): Promise<void> {
    if (this.#lost !== null) return;
    const timer = setTimeout(() => this.end(), STATEMENT_MS_MAX);
    try {
      await this.#client.end();
    } finally {
      clearTimeout(timer);
    }
  }

  #lose(error: Error): void {
    if (this.#lost !== null) return;
    const reason =
      unavailableReason(error, this.#address) ??
      `The connection to PostgreSQL at ${this.#address.host}:${this.#address.port} was lost.`;
    this.#lost = error instanceof ConnectionLostError ? error : new ConnectionLostError(reason, { cause: error });
    void this.#client.end();
    this.#socket.destroy();
    for (const listener of this.#listeners.splice(0)) listener(reason);
  }
}
