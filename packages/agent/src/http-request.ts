/** One HTTP request with a limit on everything: no redirect followed, no connection kept, nothing thrown for what the other side does. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { OutputTail } from './output-tail.ts';

export interface HttpRequest {
  readonly method: string;
  /** `http:` or `https:`. */
  readonly url: string;
  /** Sent as JSON; absent: no body. */
  readonly body?: string;
  /** For everything together: looking up, connecting, asking and reading. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** `problem` is the end of a sentence that begins with method and URL. */
  | { readonly kind: 'failed'; readonly problem: string };

/** Bytes of an answer that are read; what a probe or a hook has to say is far shorter. */
const ANSWER_BYTES_MAX = 256 * 1024;

export function requestOverHttp(asked: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const { method, url, body, timeoutMs, signal } = asked;
    let request: ReturnType<typeof httpRequest>;
    let timer: NodeJS.Timeout | null = null;
    const settle = (answer: HttpAnswer) => {
      if (timer !== null) clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(answer);
      request.destroy();
    };
    const giveUp = () => settle({ kind: 'failed', problem: 'was given up' });
    try {
      const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
      const headers = {
        accept: 'application/json, */*',
        connection: 'close',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      request = send(url, { method, headers, agent: false });
    } catch (error) {
      resolve({ kind: 'failed', problem: `cannot be asked: ${sentence(error)}` });
      return;
    }
    timer = setTimeout(() => settle({ kind: 'failed', problem: `did not answer within ${timeoutMs} ms` }), timeoutMs);
    request.on('error', (error) => settle({ kind: 'failed', problem: `failed: ${sentence(error)}` }));
    request.on('response', (response) => readAnswer(response, settle));
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp);
    request.end(body);
  });
}

function readAnswer(response: IncomingMessage, settle: (answer: HttpAnswer) => void): void {
  const tail = new OutputTail(ANSWER_BYTES_MAX);
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX)
      settle({ kind: 'failed', problem: `answered more than ${ANSWER_BYTES_MAX / 1024} KiB` });
    else tail.add(chunk);
  });
  response.on('error', (error) => settle({ kind: 'failed', problem: `failed while it answered: ${sentence(error)}` }));
  response.on('aborted', () => settle({ kind: 'failed', problem: 'broke off in the middle of its answer' }));
  response.on('end', () => settle({ kind: 'answered', status: response.statusCode ?? 0, body: tail.text() }));
}

/** A connection refused on several addresses is one AggregateError without words of its own. */
function sentence(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(sentence).join(', ');
  return error instanceof Error ? error.message : String(error);
}
