/** A server that says to an agent whatever a test wants it to: what an attacker could who has taken a server over. */
import { createServer, type Server } from 'node:http';
import { AGENT_SUBPROTOCOL, AgentMessage, type OperationUpdate } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { type WebSocket, WebSocketServer } from 'ws';
import { welcomeUnderTest } from '../../packages/agent/src/session/welcome-under-test.ts';
import { waitFor } from '../wait-for.ts';

const agentMessage = Compile(AgentMessage);

const WELCOME = welcomeUnderTest({ heartbeatIntervalMs: 500, leaseMs: 10_000 });

export class ServerThatLies {
  /** Everything that the agent has said, in all its sessions. */
  readonly said: AgentMessage[] = [];
  /** What it said that is not as the protocol says. */
  readonly nonsense: string[] = [];
  /** How often it was let in. */
  sessions = 0;
  /** Codes with which the agent has closed sessions. */
  readonly closes: number[] = [];
  readonly #http: Server;
  #socket: WebSocket | null = null;
  #operations = 0;

  private constructor(http: Server) {
    this.#http = http;
    const sockets = new WebSocketServer({ server: http, handleProtocols: () => AGENT_SUBPROTOCOL });
    sockets.on('connection', (socket) => this.#open(socket));
  }

  static async start(): Promise<ServerThatLies> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    const server = new ServerThatLies(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('the server that lies does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  #open(socket: WebSocket): void {
    socket.on('message', (bytes: Buffer) => {
      const message: unknown = JSON.parse(bytes.toString());
      if (!agentMessage.Check(message)) {
        this.nonsense.push(bytes.toString());
        return;
      }
      this.said.push(message);
      if (message.kind !== 'hello') return;
      socket.send(JSON.stringify(WELCOME));
      this.#socket = socket;
      this.sessions += 1;
    });
    socket.on('close', (code) => {
      this.closes.push(code);
      if (this.#socket === socket) this.#socket = null;
    });
    socket.send(JSON.stringify({ kind: 'challenge', nonce: 'n'.repeat(32) }));
  }

  /** Waits for a session, and says it there as it is. */
  async say(text: string): Promise<void> {
    const socket = await waitFor('the agent to be connected', () => this.#socket ?? undefined, {
      seen: () => ({ said: this.said.slice(-3), closes: this.closes.slice(-3) }),
    });
    socket.send(text);
  }

  /** Asks for a command as a server does, without having checked anything, and permits it. @param params JSON. */
  async run(command: string, params: string): Promise<OperationUpdate> {
    this.#operations += 1;
    const operationId = `op_${this.#operations}`;
    await this.say(
      `{"kind":"operation.start","operationId":"${operationId}","command":${JSON.stringify(command)},"params":${params},` +
        '"wasAccepted":false,"expectedIncarnation":null,"graceMs":null,"deadlineInMs":10000}',
    );
    const update = (isWanted: (one: OperationUpdate) => boolean) =>
      this.said.find(
        (one): one is OperationUpdate =>
          one.kind === 'operation.update' && one.operationId === operationId && isWanted(one),
      );
    // Whatever came before is taken first, each in its turn, written and synced.
    const options = { withinMs: 60_000, seen: () => this.said.slice(-5) };
    const { sequence } = await waitFor(`${command} to be accepted`, () => update(() => true), options);
    await this.say(JSON.stringify({ kind: 'operation.ack', operationId, sequence }));
    const hasEnded = ({ status }: OperationUpdate) => !['accepted', 'running'].includes(status);
    return waitFor(`${command} to end`, () => update(hasEnded), options);
  }

  async stop(): Promise<void> {
    this.#socket?.terminate();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
  }
}
