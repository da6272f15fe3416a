/** Plays the server of a recorded conversation to a real agent, and checks that it hears what it could understand. */
import { createServer, type Server } from 'node:http';
import { AGENT_SUBPROTOCOL } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { type Line, type Message, NODE_ID, parseMessage, type Recorded } from './conversation.ts';
import type { Played, PlayedAs } from './recorded-agent.ts';

/** Ways in which an operation ends. */
const ENDED = new Set<unknown>(['succeeded', 'failed', 'cancelled']);

export class RecordedServer {
  readonly #recorded: Recorded;
  readonly #http: Server;
  readonly #said: Message[] = [];
  readonly #closed: { code: number; reason: string }[] = [];
  #socket: WebSocket | null = null;

  private constructor(recorded: Recorded, http: Server) {
    this.#recorded = recorded;
    this.#http = http;
    const sockets = new WebSocketServer({ server: http, handleProtocols: () => AGENT_SUBPROTOCOL });
    sockets.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('message', (bytes: Buffer) => this.#said.push(parseMessage(bytes.toString())));
      socket.on('close', (code, reason) => this.#closed.push({ code, reason: reason.toString() }));
    });
  }

  static async start(recorded: Recorded): Promise<RecordedServer> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new RecordedServer(recorded, http);
  }

  get url(): string {
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('the recorded server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Says everything that the server said, after what it was said to; players do what they did. Ends with the agent's goodbye. */
  async play(fleet: FleetUnderTest, playedAs: PlayedAs): Promise<Played> {
    for (const line of this.#recorded.lines) {
      if (line.from === 'server') await this.#say(line.message, playedAs);
      else if (line.from === 'agent') await this.#hear(line.message);
      else if (line.from === 'person' && line.to === 'workload')
        await fleet.game(NODE_ID, line.method, line.path, line.body ?? undefined);
      else if (line.from === 'person' && line.to === 'agent') await fleet.stopAgent(NODE_ID);
    }
    const agentMessage = Compile(this.#recorded.schemas.agentMessage);
    return { notUnderstood: this.#said.filter((message) => !agentMessage.Check(message)), closed: this.#closed };
  }

  async stop(): Promise<void> {
    this.#socket?.terminate();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
  }

  async #say(recorded: Message, playedAs: PlayedAs): Promise<void> {
    const socket = await waitFor('the agent to connect', () => this.#socket ?? undefined);
    const answer = this.#answering(recorded);
    if (answer === null) return;
    if (!['challenge', 'welcome'].includes(recorded.kind))
      for (const one of playedAs.between()) socket.send(JSON.stringify(one));
    socket.send(JSON.stringify(playedAs.message(answer)));
  }

  /** What depends on what the agent said: another key, another number. `null`: it is about something that this agent may leave out. */
  #answering(recorded: Message): Message | null {
    if (recorded.kind === 'key.accepted') {
      const offer: unknown = this.#said.findLast(({ kind }) => kind === 'key.offer')?.['proof'];
      return {
        ...recorded,
        ...(typeof offer === 'object' && offer !== null && 'publicKey' in offer && { publicKey: offer.publicKey }),
      };
    }
    if (recorded.kind !== 'operation.ack') return recorded;
    const update = this.#recorded.lines.find(
      (line) => isUpdate(line, recorded['operationId']) && line.message['sequence'] === recorded['sequence'],
    );
    if (update?.from !== 'agent' || !isDecisive(update.message)) return null;
    const said = this.#said.findLast((message) => isSame(message, update.message));
    return said === undefined ? null : { ...recorded, sequence: said['sequence'] };
  }

  async #hear(recorded: Message): Promise<void> {
    if (!isDecisive(recorded)) return;
    await waitFor(`the agent to say ${recorded.kind}`, () => this.#said.some((message) => isSame(message, recorded)), {
      seen: () => ({ recorded, said: this.#said.slice(-5), closed: this.#closed }),
    });
  }
}

function isUpdate(line: Line, operationId: unknown): line is Extract<Line, { from: 'agent' | 'server' }> {
  return (
    line.from === 'agent' && line.message.kind === 'operation.update' && line.message['operationId'] === operationId
  );
}

/** Whether every agent says it, however fast it is and its machine: progress and measurements may differ. */
function isDecisive({ kind, status, reached }: Message): boolean {
  if (kind === 'heartbeat' || kind === 'operation.output') return false;
  if (kind === 'operation.update') return status === 'accepted' || ENDED.has(status);
  return kind !== 'availability.report' || reached === true;
}

function isSame(said: Message, recorded: Message): boolean {
  const told = (message: Message) => {
    const { kind, operationId, status, generation, availability, reached } = message;
    return kind === 'hello' ? [kind] : [kind, operationId, status, generation, availability, reached];
  };
  return JSON.stringify(told(said)) === JSON.stringify(told(recorded));
}
