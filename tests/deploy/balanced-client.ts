/** Whoever asks through a balancer with TLS: each request on a connection of its own, and none is repeated. */
import https from 'node:https';
import { ADMIN_TOKEN } from '../end-to-end/fleet-under-test.ts';

export interface BalancedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export class BalancedClient {
  readonly #port: number;
  readonly #authority: string;

  constructor(port: number, authority: string) {
    this.#port = port;
    this.#authority = authority;
  }

  ask(method: string, route: string, body?: unknown): Promise<BalancedAnswer> {
    return new Promise((resolve, reject) => {
      const request = this.#open(method, route, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The stream of events. @returns What has come until now, and how to end it. */
  follow(): { readonly text: () => string; readonly hasEnded: () => boolean; readonly stop: () => void } {
    let text = '';
    let hasEnded = false;
    const request = this.#open('GET', '/api/v1/events', (response) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => undefined);
      response.on('close', () => (hasEnded = true));
    });
    request.on('error', () => (hasEnded = true));
    request.end();
    return { text: () => text, hasEnded: () => hasEnded, stop: () => request.destroy() };
  }

  #open(method: string, route: string, answered: Parameters<typeof https.request>[2]) {
    return https.request(
      {
        host: '127.0.0.1',
        port: this.#port,
        method,
        path: route,
        ca: this.#authority,
        agent: false,
        timeout: 20_000,
        headers: {
          authorization: `Bearer ${ADMIN_TOKEN}`,
          ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        },
      },
      answered,
    );
  }
}
