/** One exchange with the server: the request as the contract says, the answer as text, and what is tried again. */
import { FLEET_LOCK_HEADER, problems, type Route } from '@sluice/contract';
import { connectionProblem, readProblem, type Answer } from './answer.ts';
import type { ClientOptions, ClientParts } from './client-options.ts';
import { pause } from './pause.ts';
import { readBody } from './read-body.ts';
import { minRevisionHeader } from './seen-revision.ts';

/** Milliseconds a call may take unless told otherwise: twice what the slowest route needs on a loaded machine. */
export const TIMEOUT_MS_DEFAULT = 30_000;

/** Milliseconds before what could not connect is tried again: long enough to outlive a dropped keep-alive connection. */
const RETRY_DELAYS_MS = [100, 400] as const;
/**
 * The same for a POST whose connection broke after the server may have taken it: long enough for a restart of the server,
 * since nobody knows otherwise whether it was done.
 */
const BROKEN_POST_RETRY_DELAYS_MS = [100, 400, 1000, 2000, 4000] as const;

/** How often, and how many seconds at most, a server that is asked too much is waited for. */
const WAITS_MAX = 10;
const WAIT_SECONDS_MAX = 20;
/** How often a server that is behind another is asked again; it waits itself for some seconds each time. */
const BEHIND_WAITS_MAX = 3;

/** What a request may hold, whatever its route. */
export interface AnyRequest {
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly bodyText?: string;
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export type Refused = Exclude<Answer<never>, { ok: true }>;

type Exchange = { readonly ok: true; readonly response: Response; readonly text: string } | Refused;

export async function exchange(
  options: ClientParts,
  route: Route,
  address: string,
  request: AnyRequest,
  previousEtag: string | null,
): Promise<Exchange> {
  const send = options.fetch ?? globalThis.fetch;
  const deadline = AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS_DEFAULT);
  const stops = [options.signal, request.signal].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any([deadline, ...stops]);
  const isPost = route.method === 'POST';
  const idempotencyKey = isPost ? (request.idempotencyKey ?? newKeyOf(options)) : undefined;
  const mayRepeat = route.method === 'GET' || idempotencyKey !== undefined;
  let hasBroken = false;
  let waits = 0;
  let behindWaits = 0;
  for (let tries = 0; ; tries += 1) {
    const asked = options.seen.newest;
    const sentAt = performance.now();
    try {
      const response = await send(address, {
        method: route.method,
        headers: {
          accept: `${route.responseMediaType ?? 'application/json'}, application/problem+json`,
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(route.dialect === 'fleetlock' ? { [FLEET_LOCK_HEADER]: 'true' } : {}),
          ...(request.ifMatch === undefined ? {} : { 'if-match': request.ifMatch }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          ...(previousEtag === null ? {} : { 'if-none-match': previousEtag }),
          ...minRevisionHeader(asked),
        },
        ...(route.body === undefined ? {} : { body: request.bodyText ?? JSON.stringify(request.body ?? {}) }),
        // A redirected POST would arrive as a GET: rather say where the server has gone.
        redirect: 'manual',
        signal,
      });
      const tookMs = performance.now() - sentAt;
      options.seen.answered(response, asked);
      const text = await readBody(response);
      const isBehind = isBehindProblem(response, text);
      if (isBehind && asked !== null) options.seen.refusedAsBehind(response, asked, tookMs);
      const mayWait = isBehind ? behindWaits < BEHIND_WAITS_MAX : response.status === 429 && waits < WAITS_MAX;
      const waitMs = mayWait ? retryAfterMs(response) : null;
      if (waitMs !== null) {
        if (isBehind) behindWaits += 1;
        else waits += 1;
        await pause(waitMs, [signal]);
        continue;
      }
      return text === null ? foreignAnswer(options.url, response) : { ok: true, response, text };
    } catch (error) {
      if (stops.some((stop) => stop.aborted)) return aborted();
      if (deadline.aborted) {
        return connectionProblem(
          'no-answer-in-time',
          `The server at ${options.url} did not answer in time.`,
          route.method === 'GET'
            ? 'Look whether the server is overloaded or the network drops packets, then try again.'
            : 'It may or may not have been done: look before you try again.',
        );
      }
      hasBroken ||= !isConnectFailure(error);
      const delaysMs = isPost && hasBroken ? BROKEN_POST_RETRY_DELAYS_MS : RETRY_DELAYS_MS;
      const delayMs = mayRepeat ? delaysMs[tries] : undefined;
      if (delayMs === undefined) return unreachable(options.url, error);
      await pause(delayMs, [signal]);
    }
  }
}

/** `undefined`: the client's owner wants none. */
function newKeyOf({ newIdempotencyKey = randomKey }: ClientOptions): string | undefined {
  return newIdempotencyKey?.();
}

/** `crypto.randomUUID` would be missing in pages that came without TLS. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Nothing was done: it may be asked again as soon as the server says. @returns `null`: that is too long. */
function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 && seconds <= WAIT_SECONDS_MAX ? seconds * 1000 : null;
}

function isBehindProblem({ status }: Response, text: string | null): boolean {
  return status === problems.behind.status && readProblem(parseJson(text ?? ''), status)?.code === 'behind';
}

function aborted(): Refused {
  return connectionProblem('aborted', 'The call was ended before an answer came.', 'Nothing; it was asked for.');
}

export function unreachable(url: string, error: unknown): Refused {
  return connectionProblem(
    'unreachable',
    `Cannot reach the server at ${url}: ${reasonOf(error)}.`,
    'Start the server, or correct its address.',
  );
}

export function foreignAnswer(url: string, response: Response): Refused {
  const target = response.headers.get('location');
  if (target !== null || response.type === 'opaqueredirect') {
    return connectionProblem(
      'not-a-sluice-answer',
      `${url} redirects${target === null ? '' : ` to ${target}`}.`,
      'Give the address that it redirects to.',
      response.status,
    );
  }
  return connectionProblem(
    'not-a-sluice-answer',
    `${url} answered ${response.status} with something that is not from a Sluice server.`,
    'Check the address; a proxy in between may be answering instead of the server.',
    response.status,
  );
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not from Sluice; the caller says so.
    return undefined;
  }
}

/** Nothing can have arrived: there was no connection. */
function isConnectFailure(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(causeOf(error)));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? (error.cause ?? error) : error;
}

function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

function reasonOf(error: unknown): string {
  const cause = causeOf(error);
  const code = codeOf(cause);
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name cannot be resolved';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection broke';
  // What OpenSSL says of an answer in the clear is for nobody to read.
  if (cause instanceof Error && cause.message.includes('wrong version number'))
    return 'it does not speak TLS; is its address to begin with http://?';
  return cause instanceof Error && cause.message !== '' ? cause.message : 'no connection';
}
