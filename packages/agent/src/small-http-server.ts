/** A small HTTP server of the agent's: a few addresses that programs ask, each with little to say, and limits on all of it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type ListenAddress } from './rotation/listen.ts';

/** Milliseconds for a whole request; there is nothing in one but its first line. */
const REQUEST_TIMEOUT_MS = 5000;
/** Connections at once; a handful of programs that keep theirs open. */
const CONNECTIONS_MAX = 256;

export interface SmallHttpServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface SmallAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/**
 * Serves one address, by GET and HEAD.
 * @param setting What the configuration calls the address, for errors.
 * @throws Error for the one who started the agent: it cannot be listened on.
 */
export async function serveSmall(
  address: ListenAddress,
  setting: string,
  path: string,
  current: () => Promise<SmallAnswer> | SmallAnswer,
): Promise<SmallHttpServer> {
  const respond = async ({ url = '', method }: IncomingMessage, response: ServerResponse) => {
    if (url.split('?')[0] !== path) answer(response, refusal(404, `There is only ${path} here.`));
    else if (method !== 'GET' && method !== 'HEAD') answer(response, refusal(405, 'Use GET.'));
    else answer(response, await current());
  };
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
    },
    (request, response) => {
      request.resume();
      respond(request, response).catch((error: unknown) =>
        answer(response, refusal(500, error instanceof Error ? error.message : String(error))),
      );
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  const port = await listen(server, address, setting);
  return {
    port,
    close: () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      return closed;
    },
  };
}

export function jsonAnswer(status: number, body: object): SmallAnswer {
  return { status, type: 'application/json', text: JSON.stringify(body) };
}

function refusal(status: number, error: string): SmallAnswer {
  return jsonAnswer(status, { error });
}

function answer(response: ServerResponse, { status, type, text }: SmallAnswer): void {
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    })
    .end(text);
}
