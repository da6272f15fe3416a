/** Test support: a real server on a free port with a store of its own, raw requests to it, and nodes with real agent sessions. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, type AgentMessage, Challenge, ServerMessage } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import { loadServerConfig, type ServerConfig } from '../config.ts';
import type { RetentionSettings } from '../fleet/retention.ts';
import { helloOf, type NodeOptions } from './agent-hello-under-test.ts';
import type { LimitSettings } from '../limits/limit-settings.ts';
import { agentKeyUnderTest } from './agent-key-under-test.ts';
import { type RunningServer, startServer } from '../main.ts';
import type { WebhookSettings } from '../webhooks/webhook-settings.ts';

export const ADMIN_TOKEN = 'slc_test-admin-token-0123456789abcdef';
export const JOIN_TOKEN = 'slc_test-join-token-0123456789abcdef';
const challenge = Compile(Challenge);
const serverMessage = Compile(ServerMessage);
/** Milliseconds that any answer may take, on a machine that is busy with other things. */
const ANSWER_WITHIN_MS = 15_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; `undefined` when it is empty. */
  readonly json: unknown;
}

export interface AskOptions {
  /** Sent exactly as it is, with its Content-Length; absent: no body, and no header about one. */
  readonly body?: string | Buffer;
  /** Added to, or instead of, the token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `null`: without a token. */
  readonly token?: string | null;
}

/** What an agent was told, and when by `performance.now()`. */
export interface Told {
  readonly at: number;
  readonly message: ServerMessage;
}

/** What of the configuration is another than by default. */
export interface ConfigUnderTest {
  readonly limits?: Partial<LimitSettings>;
  readonly webhooks?: Partial<WebhookSettings>;
  readonly retention?: Partial<RetentionSettings>;
  /** Milliseconds that a silent node is believed; agents of `addNode` say nothing after their hello. */
  readonly leaseMs?: number;
  /** Milliseconds after which an agent is asked for a new key. */
  readonly agentKeyMaxAgeMs?: number;
  /** A PostgreSQL database, which other servers may share; absent: SQLite in the server's directory. */
  readonly databaseUrl?: string;
  /** Absent: without a dashboard, whether or not one was built. */
  readonly dashboardDirectory?: string;
}

export class ServerUnderTest {
  readonly directory: string;
  #server: RunningServer;
  readonly #agents = new Map<string, WebSocket>();
  readonly #keys = new Map<string, ReturnType<typeof agentKeyUnderTest>>();
  readonly #told = new Map<string, Told[]>();

  readonly #config: ConfigUnderTest;

  private constructor(directory: string, config: ConfigUnderTest, server: RunningServer) {
    this.directory = directory;
    this.#config = config;
    this.#server = server;
  }

  /** @param prepare Called with the data directory before the server opens it. */
  static async start(
    prepare: (directory: string) => Promise<void> = () => Promise.resolve(),
    config: ConfigUnderTest = {},
  ): Promise<ServerUnderTest> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-http-'));
    await prepare(directory);
    return new ServerUnderTest(directory, config, await startServer(configOf(directory, config)));
  }

  get url(): URL {
    return new URL(this.#server.url);
  }

  /** Stops the server and starts it on what it has kept, at another port; nodes are not connected then. */
  async restart(): Promise<void> {
    await this.#server.stop();
    this.#server = await startServer(configOf(this.directory, this.#config));
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** One request, written as given: the path is neither normalised nor encoded. */
  ask(method: string, target: string, { body, headers = {}, token = ADMIN_TOKEN }: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        host: this.url.hostname,
        port: this.url.port,
        method,
        path: target,
        agent: false,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      });
      // A server that refuses a body may close before all of it is written; what counts is its answer.
      let failure: Error | null = null;
      request.on('error', (error) => {
        failure = error;
      });
      request.on('close', () =>
        reject(failure ?? new Error(`${method} ${target.slice(0, 200)}: closed without an answer`)),
      );
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        const answer = () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        };
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          // A stream has no end; what it begins with is its answer.
          if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
            answer();
            response.destroy();
          }
        });
        response.on('end', answer);
      });
      request.end(body);
    });
  }

  /** Writes bytes to a socket and resolves with everything that comes back until the server closes it. */
  send(bytes: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(this.url.port), this.url.hostname, () => socket.write(bytes));
      const chunks: Buffer[] = [];
      socket.setTimeout(ANSWER_WITHIN_MS, () =>
        socket.destroy(new Error(`no answer in time; got ${Buffer.concat(chunks).toString()}`)),
      );
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
  }

  /** A node whose agent says hello and then only listens. Resolves once the server has welcomed it. */
  addNode(id: string, options: NodeOptions = {}): Promise<void> {
    const socket = new WebSocket(`ws://${this.url.host}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, {
      headers: { authorization: `Bearer ${options.joinToken ?? JOIN_TOKEN}` },
    });
    this.#agents.set(id, socket);
    const told: Told[] = [];
    this.#told.set(id, told);
    const prove = options.key ?? this.#keys.get(id) ?? agentKeyUnderTest();
    this.#keys.set(id, prove);
    return new Promise((resolve, reject) => {
      socket.on('message', (bytes: Buffer) => {
        const message: unknown = JSON.parse(bytes.toString());
        if (serverMessage.Check(message)) told.push({ at: performance.now(), message });
        if (challenge.Check(message))
          socket.send(JSON.stringify(helloOf(id, options, prove('hello', message.nonce, id))));
        else resolve();
      });
      socket.on('error', reject);
      socket.on('close', (code, reason) =>
        reject(new Error(`the session of ${id} was closed: ${code} ${reason.toString()}`)),
      );
    });
  }

  /** What the node's agent says, as it is. */
  say(id: string, message: AgentMessage): void {
    const socket = this.#agents.get(id);
    if (socket === undefined) throw new Error(`there is no agent of ${id}`);
    socket.send(JSON.stringify(message));
  }

  /** Everything that the node's newest agent here was told. */
  toldTo(id: string): readonly Told[] {
    return this.#told.get(id) ?? [];
  }

  /** Whether the session of the node's agent has ended, by whichever side. */
  hasEnded(id: string): boolean {
    return this.#agents.get(id)?.readyState === WebSocket.CLOSED;
  }

  /** The node's agent says goodbye and goes; resolves when the server knows it. */
  async dropAgent(id: string): Promise<void> {
    const socket = this.#agents.get(id);
    if (socket === undefined) throw new Error(`there is no agent of ${id}`);
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.send(JSON.stringify({ kind: 'goodbye', why: 'stopping' }));
      socket.close();
    });
    for (const giveUpAt = Date.now() + ANSWER_WITHIN_MS; ;) {
      const { json } = await this.ask('GET', `/api/v1/nodes/${encodeURIComponent(id)}`);
      if (typeof json === 'object' && json !== null && 'connected' in json && json.connected === false) return;
      if (Date.now() > giveUpAt)
        throw new Error(`the server still believes that ${id} is connected: ${JSON.stringify(json)}`);
    }
  }
}

function configOf(
  directory: string,
  { limits, webhooks, retention, leaseMs, agentKeyMaxAgeMs, databaseUrl, dashboardDirectory }: ConfigUnderTest,
): ServerConfig {
  const loaded = loadServerConfig({
    flags: { listen: '127.0.0.1:0', data: directory, logLevel: 'silent' },
    env: { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN, SLUICE_JOIN_TOKEN: JOIN_TOKEN },
  });
  if (!loaded.ok) throw new Error(`configuring a server for a test: ${loaded.message}`);
  const { config } = loaded;
  return {
    ...config,
    dashboardDirectory: dashboardDirectory ?? null,
    leaseMs: leaseMs ?? config.leaseMs,
    agentKeyMaxAgeMs: agentKeyMaxAgeMs ?? config.agentKeyMaxAgeMs,
    databaseUrl: databaseUrl ?? null,
    // Agents of these tests know no other server.
    handOverNoticeMs: 0,
    limits: { ...config.limits, ...limits },
    webhooks: { ...config.webhooks, ...webhooks },
    retention: { ...config.retention, ...retention },
  };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: a test that expected some sees that from `json` being the text.
    return text;
  }
}
