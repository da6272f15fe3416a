/** `GET /ready`, for balancers that ask by HTTP: 200 while the node is in rotation, else 503 with the reason. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { RotationState } from '@sluice/core';
import { listen, type ListenAddress } from './listen.ts';

/** Milliseconds for a whole request; there is nothing in one but its first line. */
const REQUEST_TIMEOUT_MS = 5000;
/** Connections at once; a handful of balancers that keep theirs open. */
const CONNECTIONS_MAX = 256;

export class ReadyEndpoint {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async open(address: ListenAddress, current: () => RotationState): Promise<ReadyEndpoint> {
    const server = createServer(
      {
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
      },
      (request, response) => {
        request.resume();
        const [path] = (request.url ?? '').split('?');
        const { word, reason } = current();
        if (path !== '/ready') answer(response, 404, { error: 'There is only /ready here.' });
        else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, { error: 'Use GET.' });
        else if (word === 'ready') answer(response, 200, { ready: true });
        else answer(response, 503, { ready: false, state: word, reason });
      },
    );
    server.maxConnections = CONNECTIONS_MAX;
    const port = await listen(server, address, 'rotation.http');
    return new ReadyEndpoint(server, port);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    })
    .end(text);
}
