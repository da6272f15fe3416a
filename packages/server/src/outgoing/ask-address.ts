/** One request to an address that a person gave (a webhook, the metric gate of a rollout), with a limit on everything: no redirect is followed, and nothing is thrown for what the other side does. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { SLUICE_VERSION } from '@sluice/contract';
import { AddressRefusedError, type AllowedAddresses, whyNotAllowedHost } from './allowed-address.ts';

/** Bytes of an answer that are read before it is cut off; nothing of it is kept. */
const ANSWER_BYTES_MAX = 64 * 1024;
/** Milliseconds for which a connection is kept for the next request. */
const IDLE_MS = 10_000;

export interface Answered {
  /** `null`: it was not answered. */
  readonly status: number | null;
  /** Why it counts as a failure, for a person; `null`: it was answered with a status from 200 to 299. Says nothing of what an answer contained. */
  readonly problem: string | null;
  /** For how long the other side wants to be left alone; `null`: it did not say. */
  readonly retryAfterMs: number | null;
  readonly durationMs: number;
}

export interface AddressRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: none. */
  readonly body: string | null;
  /** For everything together: looking up, connecting, asking and reading. */
  readonly timeoutMs: number;
  readonly allowed: AllowedAddresses;
  readonly lookup: LookupFunction;
  /** The connection that requests to the same address share; `null`: one of its own. */
  readonly agent: HttpAgent | null;
  readonly signal: AbortSignal;
}

/** A connection that requests to one address share, one after the other. */
export function agentFor(url: string): HttpAgent {
  const options = { keepAlive: true, maxSockets: 1, timeout: IDLE_MS };
  return isHttps(url) ? new HttpsAgent(options) : new HttpAgent(options);
}

/** Asks once. */
export async function askAddress(asked: AddressRequest): Promise<Answered> {
  const beganAt = performance.now();
  const refused = whyNotAllowedHost(new URL(asked.url).hostname, asked.allowed);
  let outcome: Outcome = refused === null ? await ask(asked) : { status: null, problem: refused, retryAfterMs: null };
  // The other side closed a connection that was kept while this was on its way: it says nothing of the request.
  if (outcome.wasStale === true) outcome = await ask({ ...asked, agent: null });
  const { status, problem, retryAfterMs } = outcome;
  return { status, problem, retryAfterMs, durationMs: Math.round(performance.now() - beganAt) };
}

type Outcome = Omit<Answered, 'durationMs'> & { readonly wasStale?: boolean };

function ask({ method, url, headers, body, timeoutMs, lookup, agent, signal }: AddressRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    let answered: Outcome | null = null;
    const request = (isHttps(url) ? httpsRequest : httpRequest)(url, {
      method,
      agent: agent ?? false,
      lookup,
      signal,
      headers: {
        ...headers,
        ...(body === null ? {} : { 'content-length': Buffer.byteLength(body) }),
        'user-agent': `sluice/${SLUICE_VERSION}`,
      },
    });
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      // What was answered counts, however its body ended.
      resolve(answered ?? outcome);
    };
    const timer = setTimeout(() => {
      settle(unanswered(`did not answer within ${timeoutMs} ms`));
      request.destroy();
    }, timeoutMs);
    request.on('error', (error) => {
      settle({ ...unanswered(problemOf(error)), wasStale: request.reusedSocket && codeOf(error) === 'ECONNRESET' });
    });
    request.on('response', (response) => {
      answered = outcomeOf(response);
      let bytes = 0;
      const end = () => settle(unanswered('broke off in the middle of its answer'));
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) request.destroy();
      });
      response.on('close', end);
      response.on('error', end);
    });
    if (body === null) request.end();
    else request.end(body);
  });
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): Outcome {
  const seconds = /^\d{1,6}$/u.exec(headers['retry-after'] ?? '')?.[0];
  const retryAfterMs = seconds === undefined ? null : Number(seconds) * 1000;
  return { status: statusCode, problem: problemOfStatus(statusCode), retryAfterMs };
}

function problemOfStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
}

function unanswered(problem: string): Outcome {
  return { status: null, problem, retryAfterMs: null };
}

/** In the words of whoever looks at it; what the system says may repeat the address, which may be a secret. */
function problemOf(error: unknown): string {
  if (error instanceof AddressRefusedError) return error.message;
  // A connection that was refused on several addresses is one error without a code of its own.
  if (error instanceof AggregateError) return problemOf(error.errors[0]);
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused the connection (ECONNREFUSED)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `has a name that cannot be resolved (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `closed the connection without an answer (${code})`;
    default:
      return `could not be asked (${code})`;
  }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}
