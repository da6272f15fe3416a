/** Calls a server's API over connections that are kept, with as little work as possible beside it. */
import { Agent, request } from 'node:http';
import { ADMIN_TOKEN } from './tokens.ts';

/** Milliseconds after which a call counts as unanswered. */
const ANSWERED_WITHIN_MS = 60_000;

export interface Answered {
  readonly status: number;
  readonly etag: string | null;
  readonly bytes: number;
  readonly text: () => string;
  /** Milliseconds from the call to the last byte. */
  readonly durationMs: number;
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiCaller {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  /** @param connections Calls that may be under way at once; more wait. */
  constructor(url: string, connections = 1, token = ADMIN_TOKEN) {
    this.#url = url;
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, noDelay: true });
  }

  /** @throws Error when there is no answer; any answer is one. */
  call(route: string, { method = 'GET', body, headers = {} }: Call = {}): Promise<Answered> {
    const text = body === undefined ? null : JSON.stringify(body);
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}${route}`, {
        agent: this.#agent,
        method,
        timeout: ANSWERED_WITHIN_MS,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      });
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const durationMs = performance.now() - startedAt;
          resolve({
            status: response.statusCode ?? 0,
            etag: response.headers.etag ?? null,
            bytes: chunks.reduce((bytes, chunk) => bytes + chunk.length, 0),
            text: () => Buffer.concat(chunks).toString(),
            durationMs,
          });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${route} was not answered in time`)));
      sent.on('error', reject);
      sent.end(text ?? undefined);
    });
  }

  /** @throws Error also when the answer is not the one that is expected. */
  async expect(status: number, route: string, call: Call = {}): Promise<Answered> {
    const answered = await this.call(route, call);
    if (answered.status === status) return answered;
    throw new Error(`${call.method ?? 'GET'} ${route} answered ${answered.status}: ${answered.text().slice(0, 500)}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}
