/** HAProxy's agent-check: whoever connects is told one line and let go. */
import { createServer, type Server, type Socket } from 'node:net';
import type { RotationState } from '@sluice/core';
import { listen, type ListenAddress } from './listen.ts';

/** Milliseconds that a client gets to take its line and leave. */
const CLIENT_TIMEOUT_MS = 5000;
/** Clients at once; a balancer opens one at a time. */
const CLIENTS_MAX = 256;

/**
 * The words of HAProxy's protocol. `down` is undone by nothing but `up`, which therefore always goes with `ready`:
 * a balancer that was told `down` and then `ready` alone would leave the server down for ever.
 */
const ANSWERS = { ready: 'ready up', drain: 'drain', maint: 'maint', down: 'down' } as const satisfies Record<
  RotationState['word'],
  string
>;

export interface AgentCheckState {
  readonly word: RotationState['word'];
  /** Percent of the configured weight, told with `ready` only; `null`: the balancer keeps the weight that it has. */
  readonly weightPercent: number | null;
}

export class AgentCheck {
  readonly port: number;
  readonly #server: Server;
  readonly #clients: Set<Socket>;

  private constructor(server: Server, clients: Set<Socket>, port: number) {
    this.#server = server;
    this.#clients = clients;
    this.port = port;
  }

  static async open(address: ListenAddress, current: () => AgentCheckState): Promise<AgentCheck> {
    const clients = new Set<Socket>();
    const server = createServer((socket) => {
      clients.add(socket);
      socket.on('close', () => clients.delete(socket));
      // A client that vanishes has nothing to be told.
      socket.on('error', () => socket.destroy());
      socket.setTimeout(CLIENT_TIMEOUT_MS, () => socket.destroy());
      // What a client sends (agent-send) is read and dropped: unread bytes would reset the connection before the line is read.
      socket.resume();
      const { word, weightPercent } = current();
      socket.end(`${ANSWERS[word]}${word === 'ready' && weightPercent !== null ? ` ${weightPercent}%` : ''}\n`);
    });
    server.maxConnections = CLIENTS_MAX;
    const port = await listen(server, address, 'rotation.agentCheck');
    return new AgentCheck(server, clients, port);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const client of this.#clients) client.destroy();
    await closed;
  }
}
