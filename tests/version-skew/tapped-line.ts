/** A server's address that an agent connects to in the place of the real one: passes on everything, and says what was said. */
import { createServer, type Server } from 'node:http';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL } from '@sluice/contract';
import { WebSocket, WebSocketServer } from 'ws';

export class TappedLine {
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
  }

  /** @param said Told in the order in which the messages came by. */
  static async open(serverUrl: string, said: (from: 'agent' | 'server', text: string) => void): Promise<TappedLine> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    const sockets = new WebSocketServer({ server: http, handleProtocols: () => AGENT_SUBPROTOCOL });
    sockets.on('connection', (agent, request) => {
      const { authorization } = request.headers;
      const server = new WebSocket(
        new URL(AGENT_SESSION_PATH, serverUrl.replace(/^http/u, 'ws')),
        AGENT_SUBPROTOCOL,
        authorization === undefined ? {} : { headers: { authorization } },
      );
      // The agent says nothing before the server has.
      server.on('message', (bytes: Buffer) => {
        said('server', bytes.toString());
        agent.send(bytes.toString());
      });
      agent.on('message', (bytes: Buffer) => {
        said('agent', bytes.toString());
        server.send(bytes.toString());
      });
      server.on('error', () => agent.terminate());
      server.on('close', () => agent.close());
      agent.on('close', () => server.close());
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new TappedLine(http);
  }

  get url(): string {
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('the tapped line does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
  }
}
