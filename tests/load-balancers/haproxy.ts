/** A real HAProxy in front of a fleet under test: its configuration, its process, and what it says about its servers. */
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { type StartedProgram, startProgram } from '../started-program.ts';

export interface BalancedServer {
  readonly name: string;
  readonly port: number;
  /** The agent-check that it asks; `null`: none. */
  readonly agentCheckPort: number | null;
}

/** HAProxy's words for a server that gets requests: the second one where no health check of its own is configured. */
export const IN_ROTATION = /^(?:UP|no check)$/u;

/** How often HAProxy asks the agents. */
export const AGENT_INTERVAL_MS = 200;

export function socketIn(directory: string): string {
  return path.join(directory, 'haproxy.sock');
}

export class HaproxyUnderTest {
  readonly port: number;
  readonly socket: string;
  readonly #config: string;
  #process: StartedProgram | null = null;

  private constructor(port: number, socket: string, config: string) {
    this.port = port;
    this.socket = socket;
    this.#config = config;
  }

  static async start(directory: string, servers: readonly BalancedServer[]): Promise<HaproxyUnderTest> {
    const port = await freePort();
    return HaproxyUnderTest.startConfigured(directory, port, configuration(port, socketIn(directory), servers));
  }

  /** @param text Its configuration: it listens on the port, and its runtime socket is where `socketIn` says. */
  static async startConfigured(directory: string, port: number, text: string): Promise<HaproxyUnderTest> {
    const config = path.join(directory, 'haproxy.cfg');
    await writeFile(config, text);
    const haproxy = new HaproxyUnderTest(port, socketIn(directory), config);
    await haproxy.startProcess();
    return haproxy;
  }

  /** As after a restart by its supervisor: it remembers nothing of what it was told before. */
  async startProcess(): Promise<void> {
    const started = startProgram('haproxy', ['-db', '-f', this.#config]);
    this.#process = started;
    await waitFor('HAProxy to answer on its socket', () => this.ask('show info').catch(() => undefined), {
      seen: started.output,
    });
  }

  /** Asks on the runtime socket. */
  ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.socket, () => socket.write(`${command}\n`));
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on('error', reject);
      socket.on('end', () => resolve(text));
    });
  }

  /**
   * The column of `show stat` for a server.
   * @param server Its name, or `backend/name` where several backends have one of that name.
   */
  async stat(server: string, column: string): Promise<string | undefined> {
    const isIt = (row: ReadonlyMap<string, string>) =>
      [row.get('svname'), `${row.get('pxname')}/${row.get('svname')}`].includes(server);
    return (await this.#stats()).find(isIt)?.get(column);
  }

  /** The names of the servers that get no requests now. */
  async outOfRotation(): Promise<readonly string[]> {
    return (await this.#servers())
      .filter((row) => !IN_ROTATION.test(row.get('status') ?? ''))
      .map((row) => row.get('svname') ?? '');
  }

  /** What its statistics have counted as failed: connections, answers, and answers of 500 and above, of each server where there are any. */
  async failures(): Promise<readonly string[]> {
    return (await this.#servers()).flatMap((row) =>
      ['econ', 'eresp', 'hrsp_5xx', 'wretr', 'wredis']
        .filter((column) => Number(row.get(column) ?? '0') > 0)
        .map((column) => `${row.get('svname')}: ${column} ${row.get(column)}`),
    );
  }

  async #servers(): Promise<readonly ReadonlyMap<string, string>[]> {
    return (await this.#stats()).filter((row) => !['FRONTEND', 'BACKEND'].includes(row.get('svname') ?? ''));
  }

  async #stats(): Promise<readonly ReadonlyMap<string, string>[]> {
    const [head = '', ...rows] = (await this.ask('show stat')).trim().split('\n');
    const columns = head.replace(/^# /u, '').split(',');
    return rows.map((line) => new Map(line.split(',').map((cell, index) => [columns[index] ?? '', cell])));
  }

  async statusThat(server: string, status: string | RegExp): Promise<void> {
    let seen: string | undefined;
    await waitFor(
      `HAProxy to say ${String(status)} of ${server}`,
      async () => {
        seen = await this.stat(server, 'status');
        return typeof status === 'string' ? seen === status : status.test(seen ?? '');
      },
      { seen: () => seen },
    );
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}

/** Nothing here hides a failure: no retries, no other server for a request that failed, no health check beside the agents. */
function configuration(port: number, socket: string, servers: readonly BalancedServer[]): string {
  const lines = servers.map(({ name, port: serverPort, agentCheckPort }) => {
    const check =
      agentCheckPort === null
        ? ''
        : ` agent-check agent-addr 127.0.0.1 agent-port ${agentCheckPort} agent-inter ${AGENT_INTERVAL_MS}ms`;
    return `  server ${name} 127.0.0.1:${serverPort} weight 100${check}`;
  });
  return `global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  retries 0
  no option redispatch
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend in
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${lines.join('\n')}
`;
}
