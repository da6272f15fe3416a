/** A real fleet for a test: a server process, agent processes, game servers; everything ends with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node, Operation } from '@sluice/contract';
import { stringify } from 'yaml';
import { waitFor, WITHIN_MS } from '../wait-for.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));
const gameServer = fileURLToPath(new URL('../../examples/game-server/dist/server.js', import.meta.url));

export const ADMIN_TOKEN = 'slc_test-admin-token-0123456789abcdefghijklmnop';
export const JOIN_TOKEN = 'slc_test-join-token-0123456789abcdefghijklmnop';

/** Milliseconds that a server may take to start, on a machine that runs browsers and other fleets beside it. */
const START_WITHIN_MS = 60_000;

export interface GameOptions {
  /** Environment of the game server; see examples/game-server/README.md. */
  readonly game?: Readonly<Record<string, string>>;
  /** Instead of the game server: another command. */
  readonly command?: readonly string[];
  /** Merged over the workload's part of agent.yaml; the port is the one that the workload is to listen on. */
  readonly workload?: (port: number) => Readonly<Record<string, unknown>>;
  /** Merged over the rest of agent.yaml. */
  readonly agent?: Readonly<Record<string, unknown>>;
}

export interface FleetOptions {
  /** The address of a PostgreSQL database; absent: SQLite in the fleet's directory. */
  readonly databaseUrl?: string;
  /** The server's configuration file; absent: none. */
  readonly serverConfig?: Readonly<Record<string, unknown>>;
  /** Where the server keeps its data; absent: in the fleet's directory. */
  readonly dataDirectory?: string;
  /** Where the server listens, also when it starts anew by itself; absent: at any free port, and there again when it is started again. */
  readonly listen?: string;
  /** A command that runs the server's, such as one that puts it into a namespace; absent: none. */
  readonly serverLauncher?: readonly string[];
  /** A module that is loaded into every process before its own; absent: none. */
  readonly preload?: string;
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

interface StartedProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

export class FleetUnderTest {
  readonly directory: string;
  url = '';
  #server: StartedProcess | null = null;
  readonly #options: FleetOptions;
  readonly #agents = new Map<string, StartedProcess>();
  readonly ports = new Map<string, number>();

  private constructor(directory: string, options: FleetOptions) {
    this.directory = directory;
    this.#options = options;
  }

  static async start(options: FleetOptions = {}): Promise<FleetUnderTest> {
    const fleet = new FleetUnderTest(await mkdtemp(path.join(os.tmpdir(), 'sluice-fleet-')), options);
    await fleet.startServer();
    return fleet;
  }

  /** Starts the server on the same data and, from the second time on, at the same address. */
  async startServer(): Promise<void> {
    const listen = this.url === '' ? (this.#options.listen ?? '127.0.0.1:0') : new URL(this.url).host;
    const { databaseUrl, serverConfig, serverLauncher } = this.#options;
    const flags = ['--listen', listen];
    if (databaseUrl === undefined) flags.push('--data', this.dataDirectory);
    if (serverConfig !== undefined) {
      const file = path.join(this.directory, 'server.yaml');
      await writeFile(file, stringify(serverConfig));
      flags.push('--config', file);
    }
    const server = startProcess(
      [...this.#preload(), sluice, 'server', ...flags],
      {
        ...this.#options.env,
        SLUICE_ADMIN_TOKEN: ADMIN_TOKEN,
        SLUICE_JOIN_TOKEN: JOIN_TOKEN,
        ...(databaseUrl === undefined ? {} : { SLUICE_DATABASE_URL: databaseUrl }),
      },
      serverLauncher,
    );
    this.#server = server;
    this.url = await waitFor(
      'the server to say its address',
      () => /http:\/\/127\.0\.0\.1:\d+/u.exec(server.output())?.[0],
      { withinMs: START_WITHIN_MS, seen: server.output },
    );
    await waitFor('the server to be ready', async () => {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      return answer?.status === 200;
    });
  }

  get dataDirectory(): string {
    return this.#options.dataDirectory ?? path.join(this.directory, 'data');
  }

  get serverPid(): number {
    const pid = this.#server?.child.pid;
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  #preload(): readonly string[] {
    const { preload } = this.#options;
    return preload === undefined ? [] : ['--import', preload];
  }

  /** Sends a signal that does not end the server. */
  signalServer(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#server?.child.kill(signal);
  }

  /** @returns Its exit code; `null`: the signal ended it. */
  async stopServer(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#server?.child.kill(signal);
    return (await this.#server?.ended) ?? null;
  }

  /** The end of what the server that runs now has printed and logged. */
  serverOutput(): string {
    return this.#server?.output() ?? '';
  }

  /** Writes agent.yaml for a node with a game server, and starts its agent. */
  async addNode(nodeId: string, options: GameOptions = {}): Promise<void> {
    const port = await freePort();
    this.ports.set(nodeId, port);
    const game = `http://127.0.0.1:${port}`;
    const stateDir = this.stateDir(nodeId);
    await mkdir(path.dirname(stateDir), { recursive: true });
    const config = {
      server: this.url,
      joinToken: '${SLUICE_JOIN_TOKEN}',
      node: { id: nodeId, type: 'game-server', region: 'eu-west', port, labels: { game: 'chess' } },
      stateDir,
      workload: {
        driver: 'process',
        command: options.command ?? [process.execPath, gameServer],
        env: { PORT: String(port), PLAYERS: '0', ...options.game },
        stopGrace: '2s',
        health: { http: `${game}/healthz`, interval: '200ms', timeout: '1s', healthyWithin: '5s' },
        sessions: { http: `${game}/stats`, pointer: '/players', interval: '200ms', timeout: '500ms' },
        drain: { http: { method: 'POST', url: `${game}/drain` } },
        undrain: { http: { method: 'DELETE', url: `${game}/drain` } },
        ...options.workload?.(port),
      },
      ...options.agent,
    };
    await writeFile(this.configFile(nodeId), stringify(config));
    this.startAgent(nodeId);
  }

  startAgent(nodeId: string): void {
    this.#agents.set(
      nodeId,
      startProcess([...this.#preload(), sluice, 'agent', '--config', this.configFile(nodeId)], {
        ...this.#options.env,
        SLUICE_JOIN_TOKEN: JOIN_TOKEN,
      }),
    );
  }

  /** Ends only the agent; its workload stays. @returns Its exit code; `null`: the signal ended it. */
  async stopAgent(nodeId: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const agent = this.#agents.get(nodeId);
    agent?.child.kill(signal);
    return (await agent?.ended) ?? null;
  }

  agentPid(nodeId: string): number {
    const pid = this.#agents.get(nodeId)?.child.pid;
    if (pid === undefined) throw new Error(`the agent of ${nodeId} does not run`);
    return pid;
  }

  agentOutput(nodeId: string): string {
    return this.#agents.get(nodeId)?.output() ?? '';
  }

  stateDir(nodeId: string): string {
    return path.join(this.directory, 'state', encodeURIComponent(nodeId));
  }

  configFile(nodeId: string): string {
    return path.join(this.directory, `${encodeURIComponent(nodeId)}.yaml`);
  }

  async request(
    method: string,
    route: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const answer = await fetch(`${this.url}${route}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: await answer.json() };
  }

  async post(nodeId: string, action: string, body?: unknown): Promise<Operation> {
    const { status, json } = await this.request('POST', `/api/v1/nodes/${encodeURIComponent(nodeId)}/${action}`, body);
    if (status !== 200 || !isOperation(json))
      throw new Error(`${action} of ${nodeId} answered ${status}: ${JSON.stringify(json)}`);
    return json;
  }

  async node(nodeId: string): Promise<Node | undefined> {
    const { status, json } = await this.request('GET', `/api/v1/nodes/${encodeURIComponent(nodeId)}`);
    return status === 200 && isNode(json) ? json : undefined;
  }

  /** Waits until the node is as the condition says, and gives it. */
  async nodeThat(
    nodeId: string,
    what: string,
    condition: (node: Node) => boolean,
    withinMs = WITHIN_MS,
  ): Promise<Node> {
    let seen: Node | undefined;
    return waitFor(
      `${nodeId} to be ${what}`,
      async () => {
        seen = await this.node(nodeId);
        return seen !== undefined && condition(seen) ? seen : undefined;
      },
      { withinMs, seen: () => ({ node: seen, agent: this.agentOutput(nodeId).slice(-2000) }) },
    );
  }

  async operationThat(
    id: string,
    what: string,
    condition: (operation: Operation) => boolean,
    withinMs = WITHIN_MS,
  ): Promise<Operation> {
    let seen: unknown;
    return waitFor(
      `operation ${id} to be ${what}`,
      async () => {
        const { json } = await this.request('GET', `/api/v1/operations/${id}`);
        seen = json;
        return isOperation(json) && condition(json) ? json : undefined;
      },
      { withinMs, seen: () => seen },
    );
  }

  ended(id: string, withinMs?: number): Promise<Operation> {
    return this.operationThat(id, 'ended', ({ endedAt }) => endedAt !== null, withinMs);
  }

  /** Asks the game server itself, past Sluice. */
  async game(
    nodeId: string,
    method: string,
    route: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.get(nodeId)}${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, json: await answer.json() };
  }

  async players(nodeId: string): Promise<number> {
    const { json } = await this.game(nodeId, 'GET', '/stats');
    return typeof json === 'object' && json !== null && 'players' in json ? Number(json.players) : Number.NaN;
  }

  /** The process id of the node's workload, as its agent recorded it. */
  async workloadPid(nodeId: string): Promise<number> {
    const record: unknown = JSON.parse(await readFile(path.join(this.stateDir(nodeId), 'workload.json'), 'utf8'));
    return typeof record === 'object' && record !== null && 'pid' in record ? Number(record.pid) : Number.NaN;
  }

  async stop(): Promise<void> {
    const pids = await Promise.all(
      [...this.#agents.keys()].map((nodeId) => this.workloadPid(nodeId).catch(() => Number.NaN)),
    );
    for (const { child } of this.#agents.values()) child.kill('SIGTERM');
    await Promise.all([...this.#agents.values()].map(({ ended }) => ended));
    await this.stopServer();
    for (const pid of pids) if (Number.isSafeInteger(pid) && pid > 1) killGroup(pid);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Whether a process is there and is not a zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/**
 * A port that is free now and stays so: below the range from which systems take the local ports of outgoing connections,
 * since one of those (an agent's session, say) could hold it for as long as the test runs.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  launcher: readonly string[] = [],
): StartedProcess {
  const [command, ...before] = [...launcher, process.execPath];
  const child = spawn(command, [...before, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: os.tmpdir(), NO_COLOR: '1', ...env },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-65_536);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { child, output: () => output, ended };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already, which is what is wanted.
  }
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'id' in value && 'command' in value && 'endedAt' in value;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'id' in value && 'status' in value && 'workload' in value;
}
