/** A proxy between a client and a server that does one thing wrong: holds answers back, or tells another time or version. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';

export interface BadProxy {
  readonly url: string;
  stop(): Promise<void>;
}

export interface Wrong {
  /** Answers are passed on when they are whole, as proxies do that buffer; a stream never is. */
  readonly holdsBack?: boolean;
  /** Instead of the server's `Date`. */
  readonly date?: string;
  /** What is written over the body of an answer. */
  readonly body?: (text: string) => string;
  /** Where it listens; absent: on loopback. */
  readonly host?: string;
}

export async function startBadProxy(
  target: URL,
  { holdsBack, date, body, host = '127.0.0.1' }: Wrong,
): Promise<BadProxy> {
  const server: Server = createServer((request, response) => {
    const { method = 'GET', url: path = '/' } = request;
    const headers = { ...request.headers, 'accept-encoding': 'identity' };
    const upstream = httpRequest({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      const answered = { ...answer.headers, ...(date === undefined ? {} : { date }) };
      const status = answer.statusCode ?? 502;
      if (holdsBack === true) response.writeHead(status, answered).flushHeaders();
      if (holdsBack !== true && body === undefined) answer.pipe(response.writeHead(status, answered));
      else
        void textOf(answer).then(
          (text) => {
            if (holdsBack !== true) response.writeHead(status, { 'content-type': answered['content-type'] ?? '' });
            response.end(body?.(text) ?? text);
          },
          () => response.destroy(),
        );
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://${host}:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(answer, 'end');
  return text;
}
