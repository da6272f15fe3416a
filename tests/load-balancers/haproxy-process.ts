/** A real HAProxy for a test: configuration written, process started, its state asked over the runtime socket. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { waitFor } from '../wait-for.ts';

export interface BalancedServer {
  readonly name: string;
  readonly port: number;
  readonly agentCheckPort: number;
}

/** What HAProxy tells of a server in its statistics. */
export interface ServerRow {
  readonly status: string;
  readonly sessionsNow: number;
  readonly sessionsEver: number;
}

export class HaproxyProcess {
  readonly url: string;
  readonly stop: () => Promise<void>;
  readonly #socket: string;

  private constructor(url: string, socket: string, stop: () => Promise<void>) {
    this.url = url;
    this.stop = stop;
    this.#socket = socket;
  }

  /** @param settings Lines of the servers, such as `agent-inter 200ms`. */
  static async start(
    directory: string,
    port: number,
    servers: readonly BalancedServer[],
    settings: string,
  ): Promise<HaproxyProcess> {
    const socket = path.join(directory, 'haproxy.sock');
    const file = path.join(directory, 'haproxy.cfg');
    await writeFile(file, configuration(socket, port, servers, settings));
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<void>((resolve) => {
      child.on('close', () => resolve());
    });
    const haproxy = new HaproxyProcess(`http://127.0.0.1:${port}/`, socket, async () => {
      child.kill('SIGKILL');
      await ended;
    });
    await waitFor('haproxy to answer', () => haproxy.ask('show info').catch(() => undefined), { seen: () => output });
    return haproxy;
  }

  /** A command of the runtime API, and its answer. */
  ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(this.#socket, () => socket.end(`${command}\n`));
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  async server(name: string): Promise<ServerRow> {
    const [head = '', ...lines] = (await this.ask('show stat')).split('\n');
    const columns = head.replace('# ', '').split(',');
    const cells = lines.map((line) => line.split(',')).find((row) => row[columns.indexOf('svname')] === name) ?? [];
    const cell = (column: string) => cells[columns.indexOf(column)] ?? '';
    return { status: cell('status'), sessionsNow: Number(cell('scur')), sessionsEver: Number(cell('stot')) };
  }
}

/** No retries: what fails at a server fails for the client, and is counted. */
function configuration(socket: string, port: number, servers: readonly BalancedServer[], settings: string): string {
  const lines = servers.map(
    (server) =>
      `  server ${server.name} 127.0.0.1:${server.port} check agent-check agent-addr 127.0.0.1 agent-port ${server.agentCheckPort} ${settings}`,
  );
  return `global
  stats socket ${socket} mode 600 level admin
  nbthread 1
defaults
  mode http
  retries 0
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend web
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${lines.join('\n')}
`;
}
