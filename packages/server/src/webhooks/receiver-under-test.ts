/** Test support: a real receiver of webhooks on a real socket, which checks signatures with a library that is not ours. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook as SignatureCheck } from 'standardwebhooks';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** A status, or what else is done with a request; it was recorded before. */
export type Behaviour = (received: Received, count: number) => number | RequestListener;

export class ReceiverUnderTest {
  readonly received: Received[] = [];
  readonly #server: Server;
  #port = 0;
  #behaviour: Behaviour = () => 204;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const parsed: unknown = JSON.parse(body);
        if (typeof parsed !== 'object' || parsed === null) throw new Error(`no CloudEvent: ${body}`);
        const received = { headers: request.headers, body, event: { ...parsed } };
        this.received.push(received);
        const answer = this.#behaviour(received, this.received.length);
        if (typeof answer === 'number') response.writeHead(answer).end();
        else answer(request, response);
      });
    });
  }

  static async start(): Promise<ReceiverUnderTest> {
    const receiver = new ReceiverUnderTest();
    await receiver.listen();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** What it does with requests from now on. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
  }

  /** The `type` of each event that came, in their order. */
  get types(): readonly unknown[] {
    return this.received.map(({ event }) => event['type']);
  }

  /** The `id` of each event that came, in their order. */
  get ids(): readonly unknown[] {
    return this.received.map(({ event }) => event['id']);
  }

  /** On the port that it had before, if it had one. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        const address: AddressInfo | string | null = this.#server.address();
        if (typeof address === 'object' && address !== null) this.#port = address.port;
        resolve();
      });
    });
  }

  /** Connections to it are refused. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** Throws when the signature is not of this secret, or the body was changed. */
export function checkSignature({ headers, body }: Received, secret: string): void {
  const header = (name: string) => String(headers[name]);
  new SignatureCheck(secret).verify(body, {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  });
}
