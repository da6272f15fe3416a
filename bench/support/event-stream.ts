/** A reader of a server's event stream that costs little: it hands on the text of each event as it comes. */
import { type ClientRequest, get } from 'node:http';
import { ADMIN_TOKEN } from './tokens.ts';

const SEPARATOR = '\n\n';

/** What every event has, as far as a benchmark looks at it. */
export interface SeenEvent {
  readonly kind: string;
  readonly nodeId: string;
  readonly at: number;
}

export class EventStream {
  readonly #request: ClientRequest;
  #rest = '';
  #isEnded = false;

  private constructor(request: ClientRequest) {
    this.#request = request;
  }

  /**
   * Resolves when the stream is ready: what happens from then on is told.
   * @param kinds Only these; none: all.
   * @param seen Gets the text of each event, which `readEvent` understands.
   */
  static open(url: string, kinds: readonly string[], seen: (text: string) => void, after = ''): Promise<EventStream> {
    const query = `kind=${kinds.join(',')}&after=${after}`;
    return new Promise((resolve, reject) => {
      const request = get(`${url}/api/v1/events?${query}`, {
        agent: false,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      const stream = new EventStream(request);
      request.on('error', (error) => {
        if (!stream.#isEnded) reject(error);
      });
      request.on('response', (response) => {
        if (response.statusCode !== 200) reject(new Error(`the event stream answered ${response.statusCode}`));
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('data', (chunk: string) => {
          for (const text of stream.#take(chunk)) {
            if (text.includes('event: ready')) resolve(stream);
            else if (text.includes('data: ')) seen(text);
          }
        });
      });
    });
  }

  close(): void {
    this.#isEnded = true;
    this.#request.destroy();
  }

  /** The messages that this text completes. */
  #take(chunk: string): readonly string[] {
    const messages = (this.#rest + chunk).split(SEPARATOR);
    this.#rest = messages.pop() ?? '';
    return messages;
  }
}

/** Without reading the JSON as a whole: a hundred readers of thousands of events must leave the machine to the server. */
export function readEvent(text: string): SeenEvent {
  const field = (name: string) => {
    const begin = text.indexOf(`"${name}":"`) + name.length + 4;
    return text.slice(begin, text.indexOf('"', begin));
  };
  return { kind: field('kind'), nodeId: field('nodeId'), at: Date.parse(field('at')) };
}
