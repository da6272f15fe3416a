/** Test support: reads a stream of server-sent events as it comes, over a socket of its own. */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { ADMIN_TOKEN } from './server-under-test.ts';

/** Milliseconds that anything awaited may take, on a machine that is busy with other things. */
const WITHIN_MS = 15_000;

export interface Message {
  /** `null`: it has none. */
  readonly id: number | null;
  readonly event: string | null;
  /** Parsed; `null`: it has none. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly comment: string | null;
}

export class StreamReader {
  readonly messages: Message[] = [];
  readonly response: IncomingMessage;
  isEnded = false;
  readonly #request: ClientRequest;
  #rest = '';
  #wake = () => {};

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n\n');
      this.#rest = parts.pop() ?? '';
      this.messages.push(...parts.map(parse));
      this.#wake();
    });
    const ended = () => {
      this.isEnded = true;
      this.#wake();
    };
    response.on('end', ended);
    response.on('error', ended);
    response.on('close', ended);
  }

  static open(url: URL, target: string, headers: Readonly<Record<string, string>> = {}): Promise<StreamReader> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        host: url.hostname,
        port: url.port,
        path: target,
        agent: false,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
      });
      request.on('error', reject);
      request.on('response', (response) => resolve(new StreamReader(request, response)));
      request.end();
    });
  }

  /** The fleet's events among the messages. */
  get events(): readonly Message[] {
    return this.messages.filter(({ event }) => event !== null && event !== 'ready' && event !== 'reset');
  }

  /** Waits until the messages are as the condition says. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const giveUpAt = Date.now() + WITHIN_MS;
    while (!condition()) {
      if (Date.now() > giveUpAt)
        throw new Error(`waited for ${what}; last: ${JSON.stringify(this.messages.slice(-5))}, ended ${this.isEnded}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#request.destroy();
  }
}

function parse(text: string): Message {
  const field = (name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? null;
  const id = field('id');
  const json = field('data');
  const parsed: unknown = json === null ? null : JSON.parse(json);
  return {
    id: id === null ? null : Number(id),
    event: field('event'),
    data: typeof parsed === 'object' && parsed !== null ? { ...parsed } : null,
    comment: field(''),
  };
}
