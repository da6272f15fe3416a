/** A server process for a benchmark, whose CPU time is read from outside, and agents' sessions that are played. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newAgentKey, proveKey } from '@sluice/agent';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, type AgentProof, type Hello, Challenge } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';

const challenge = Compile(Challenge);
const sluice = fileURLToPath(new URL('../../../packages/cli/bin/sluice.js', import.meta.url));
const ADMIN_TOKEN = 'slc_bench-admin-token-0123456789abcdef';
export const JOIN_TOKEN = 'slc_bench-join-token-0123456789abcdef';
const UNLIMITED = { requestsPerSecond: 1_000_000, requestsBurst: 1_000_000 };
/** Hellos under way at once while a fleet is being registered. */
const HELLOS_AT_ONCE = 50;
/** Ticks a second in /proc/PID/stat; Linux says 100 to every program. */
const TICKS_PER_SECOND = 100;

export class MeasuredServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #sockets: WebSocket[] = [];

  private constructor(url: string, child: ChildProcess, directory: string) {
    this.url = url;
    this.#child = child;
    this.#directory = directory;
  }

  /** @param databaseUrl Of a PostgreSQL database; `null`: SQLite in a directory of its own. */
  static async start(databaseUrl: string | null, limits: object = UNLIMITED): Promise<MeasuredServer> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-'));
    // What is measured is what the server can do, not what it lets one token do.
    const config = path.join(directory, 'server.yaml');
    writeFileSync(config, JSON.stringify({ limits }));
    const flags = ['--config', config, '--listen', '127.0.0.1:0', '--data', directory];
    const child = spawn(process.execPath, [sluice, 'server', ...flags], {
      env: {
        ...(databaseUrl === null ? {} : { SLUICE_DATABASE_URL: databaseUrl }),
        PATH: process.env['PATH'],
        SLUICE_ADMIN_TOKEN: ADMIN_TOKEN,
        SLUICE_JOIN_TOKEN: JOIN_TOKEN,
        SLUICE_LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let output = '';
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/u.exec(output)?.[0];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('exit', () => reject(new Error(`the server ended: ${output}`)));
    });
    return new MeasuredServer(url, child, directory);
  }

  /** Milliseconds of CPU that the server has used; `null` where the system does not tell. */
  cpuMs(): number | null {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
    } catch {
      return null;
    }
  }

  /** The CPU that something costs the server. */
  async cpuOf(work: () => Promise<void>): Promise<number | null> {
    const before = this.cpuMs();
    await work();
    const after = this.cpuMs();
    return before === null || after === null ? null : after - before;
  }

  ask(method: string, route: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.url}${route}`, { method, headers: { authorization: ADMIN_TOKEN, ...headers } });
  }

  /** Registers nodes `node-0` … and gives their sockets, in that order. */
  async addNodes(count: number): Promise<readonly WebSocket[]> {
    for (let begin = 0; begin < count; begin += HELLOS_AT_ONCE) {
      const some = Array.from({ length: Math.min(HELLOS_AT_ONCE, count - begin) }, (_, index) =>
        this.#addNode(`node-${begin + index}`),
      );
      this.#sockets.push(...(await Promise.all(some)));
    }
    return this.#sockets;
  }

  /** A new token that may only look. */
  async viewerToken(): Promise<string> {
    const answer = await fetch(`${this.url}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: ADMIN_TOKEN, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'bad client', role: 'viewer' }),
    });
    const value: unknown = await answer.json();
    if (typeof value !== 'object' || value === null || !('secret' in value)) throw new Error('no token was made');
    return String(value.secret);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    const ended = new Promise((resolve) => {
      this.#child.on('exit', resolve);
    });
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #addNode(id: string): Promise<WebSocket> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, {
      headers: { authorization: `Bearer ${JOIN_TOKEN}` },
    });
    const key = newAgentKey();
    return new Promise((resolve, reject) => {
      socket.on('message', (bytes: Buffer) => {
        const message: unknown = JSON.parse(bytes.toString());
        if (challenge.Check(message))
          socket.send(JSON.stringify(helloOf(id, proveKey(key, 'hello', message.nonce, id))));
        else resolve(socket);
      });
      socket.on('error', reject);
    });
  }
}

/** Runs a benchmark against a server of its own, which ends with it. */
export async function withServer(
  work: (server: MeasuredServer) => Promise<void>,
  databaseUrl: string | null = null,
  limits?: object,
): Promise<void> {
  const server = await MeasuredServer.start(databaseUrl, limits);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

/** A hello as a healthy node says it. */
export function helloOf(id: string, proof: AgentProof): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentVersion: 'bench',
    instanceId: id,
    proof,
    node: {
      id,
      name: id,
      type: 'game-server',
      port: 7777,
      version: '1.4.2',
      region: 'eu-west',
      zone: 'b',
      labels: { game: 'chess', env: 'prod' },
    },
    resources: { cpuCount: 4, memoryBytes: 8_589_934_592 },
    commands: [],
    availability: { generation: 0, availability: 'active', holds: [] },
    workload: {
      driver: 'process',
      phase: 'running',
      healthy: true,
      incarnation: 1,
      startedAt: 1,
      problem: null,
      countsSessions: true,
      stopGraceMs: 30_000,
      healthyWithinMs: 60_000,
      locks: [],
    },
    load: { sessions: 12, cpuPercent: 17, memoryBytes: 2_147_483_648, problem: null },
    journal: [],
  };
}
