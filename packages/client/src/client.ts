/** The typed HTTP client: one method for each route of the contract, answers as values. */
import { routes, type Route, type RouteName } from '@sluice/contract';
import { addressOf } from './address.ts';
import { connectionProblem, readProblem, type Answer, type Answered } from './answer.ts';
import { readBody } from './read-body.ts';
import type { RequestOf, ResponseOf } from './route-types.ts';

/** Milliseconds a call may take unless told otherwise: twice what the slowest route needs on a loaded machine. */
const TIMEOUT_MS_DEFAULT = 30_000;

/** Milliseconds before a GET that could not connect is tried again: long enough to outlive a dropped keep-alive connection. */
const GET_RETRY_DELAYS_MS = [100, 400] as const;

export interface ClientOptions {
  /** Where the server is, such as `https://sluice.example:7070`; it may have a path. */
  readonly url: string;
  /** Absent: no `Authorization` is sent. */
  readonly token?: string;
  /** Milliseconds that a call may take, default 30,000. */
  readonly timeoutMs?: number;
  /** Ends every call of this client early. */
  readonly signal?: AbortSignal;
  /** The fetch to use instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

type Method<Name extends RouteName> =
  {} extends RequestOf<Name>
    ? (request?: RequestOf<Name>) => Promise<Answer<ResponseOf<Name>>>
    : (request: RequestOf<Name>) => Promise<Answer<ResponseOf<Name>>>;

/** One method for each route, by the route's name. Methods never reject: whatever goes wrong is a problem in the answer. */
export type Client = { readonly [Name in RouteName]: Method<Name> };

/** What a request may hold, whatever its route. */
interface AnyRequest {
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly bodyText?: string;
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * A client of the server at `options.url`. GETs are tried again when no connection could be made; nothing else is ever
 * repeated by itself, since a lost answer does not mean that nothing was done. Throws when the url is not one.
 */
export function createClient(options: ClientOptions): Client {
  const { protocol } = new URL(options.url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`creating a client for a ${protocol} address`);

  async function call<Name extends RouteName>(
    name: Name,
    request: RequestOf<Name> & { readonly previous?: Answered<ResponseOf<Name>> },
  ): Promise<Answer<ResponseOf<Name>>> {
    const route: Route = routes[name];
    const address = addressOf(options.url, route.path, parametersOf(request), queryOf(request));
    if (address === null) {
      return connectionProblem(
        'unaddressable-id',
        'An empty id, `.`, `..` and broken Unicode cannot be written into an address.',
        'Give the id as `GET /api/v1/nodes` lists it.',
      );
    }
    const { previous } = request;
    const outcome = await exchange(options, route, address, request, previous?.etag ?? null);
    if (!outcome.ok) return outcome;
    const { response, text } = outcome;
    if (response.status === 304 && previous !== undefined) return { ...previous, isUnchanged: true };
    const body = parseJson(text);
    if (response.ok && isAnswerOf<Name>(body)) {
      return { ok: true, value: body, text, etag: response.headers.get('etag'), isUnchanged: false };
    }
    const problem = response.ok ? null : readProblem(body, response.status);
    return problem === null ? foreignAnswer(options.url, response) : { ok: false, problem };
  }

  return {
    listNodes: (request = {}) => call('listNodes', request),
    getNode: (request) => call('getNode', request),
    forgetNode: (request) => call('forgetNode', request),
    whyNode: (request) => call('whyNode', request),
    drainNode: (request) => call('drainNode', request),
    undrainNode: (request) => call('undrainNode', request),
    restartNode: (request) => call('restartNode', request),
    getMetadata: (request) => call('getMetadata', request),
    replaceMetadata: (request) => call('replaceMetadata', request),
    mergeMetadata: (request) => call('mergeMetadata', request),
    listCommands: (request = {}) => call('listCommands', request),
    runCommand: (request) => call('runCommand', request),
    listOperations: (request = {}) => call('listOperations', request),
    getOperation: (request) => call('getOperation', request),
    cancelOperation: (request) => call('cancelOperation', request),
    confirmOperation: (request) => call('confirmOperation', request),
    serverStatus: (request = {}) => call('serverStatus', request),
    livenessCheck: (request = {}) => call('livenessCheck', request),
    readinessCheck: (request = {}) => call('readinessCheck', request),
  };
}

type Exchange =
  | { readonly ok: true; readonly response: Response; readonly text: string }
  | Exclude<Answer<never>, { ok: true }>;

async function exchange(
  options: ClientOptions,
  route: Route,
  address: string,
  request: AnyRequest,
  previousEtag: string | null,
): Promise<Exchange> {
  const send = options.fetch ?? globalThis.fetch;
  const deadline = AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS_DEFAULT);
  const stops = [options.signal, request.signal].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any([deadline, ...stops]);
  const retryDelaysMs: number[] = route.method === 'GET' ? [...GET_RETRY_DELAYS_MS] : [];
  for (;;) {
    try {
      const response = await send(address, {
        method: route.method,
        headers: {
          accept: 'application/json, application/problem+json',
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(request.ifMatch === undefined ? {} : { 'if-match': request.ifMatch }),
          ...(previousEtag === null ? {} : { 'if-none-match': previousEtag }),
        },
        ...(route.body === undefined ? {} : { body: request.bodyText ?? JSON.stringify(request.body ?? {}) }),
        // A redirected POST would arrive as a GET: rather say where the server has gone.
        redirect: 'manual',
        signal,
      });
      const text = await readBody(response);
      return text === null ? foreignAnswer(options.url, response) : { ok: true, response, text };
    } catch (error) {
      if (stops.some((stop) => stop.aborted)) {
        return connectionProblem('aborted', 'The call was ended before an answer came.', 'Nothing; it was asked for.');
      }
      if (deadline.aborted) {
        return connectionProblem(
          'no-answer-in-time',
          `The server at ${options.url} did not answer in time.`,
          route.method === 'GET'
            ? 'Look whether the server is overloaded or the network drops packets, then try again.'
            : 'It may or may not have been done: look before you try again.',
        );
      }
      const delayMs = retryDelaysMs.shift();
      if (delayMs === undefined) {
        return connectionProblem(
          'unreachable',
          `Cannot reach the server at ${options.url}: ${reasonOf(error)}.`,
          'Start the server, or correct its address.',
        );
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

function foreignAnswer(url: string, response: Response): Exclude<Answer<never>, { ok: true }> {
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

/**
 * Whether a parsed body is taken as the route's answer. Only its outermost shape is looked at: the contract is the
 * server's promise, and a newer server may add fields and values that an older client has no schema for.
 */
function isAnswerOf<Name extends RouteName>(body: unknown): body is ResponseOf<Name> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not from Sluice; the caller says so.
    return undefined;
  }
}

function parametersOf(request: object): Readonly<Record<string, string>> {
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
  return Object.fromEntries(Object.entries(request).filter(isText));
}

function queryOf(request: AnyRequest): NonNullable<AnyRequest['query']> {
  return request.query ?? {};
}

function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name cannot be resolved';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection broke';
  return cause instanceof Error && cause.message !== '' ? cause.message : 'no connection';
}
