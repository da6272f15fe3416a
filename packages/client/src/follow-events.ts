/** Follows the server's events: one iteration over many connections, resumed where the one before it broke. */
import {
  revisionIn,
  routes,
  STREAM_READY,
  STREAM_RESET,
  STREAM_SIGN_EVERY_MS,
  type StreamedEvent,
  type StreamReady,
  type StreamReset,
} from '@sluice/contract';
import { createParser } from 'eventsource-parser';
import { addressOf } from './address.ts';
import { connectionProblem, readProblem, type ClientProblem } from './answer.ts';
import { backoffMs } from './backoff.ts';
import type { ClientOptions, ClientParts } from './client-options.ts';
import { foreignAnswer, parseJson, TIMEOUT_MS_DEFAULT, unreachable, type Refused } from './exchange.ts';
import { pause } from './pause.ts';
import { readBody } from './read-body.ts';
import { minRevisionHeader, type SeenRevision } from './seen-revision.ts';

/** Milliseconds without a sign of life, of which the server gives one every 15 s, after which a connection is as good as gone. */
const SILENCE_MS_MAX = 3 * STREAM_SIGN_EVERY_MS;
/** Milliseconds until a lost stream is taken up again, where the server does not say; the first of a growing series. */
const RETRY_MS_DEFAULT = 1000;
/** Characters of one event: several times what the largest metadata or output comes to. */
const EVENT_LENGTH_MAX = 4 * 1_048_576;

export interface EventsRequest {
  /** Begin after the event with this sequence number; 0: with the oldest kept. Absent: with the next. */
  readonly after?: number;
  /** Only events of this node. */
  readonly node?: string;
  /** Only these kinds. */
  readonly kinds?: readonly string[];
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** An event with the fields of its kind, of which a newer server may have more. */
export type ClientEvent = StreamedEvent & { readonly [field: string]: unknown };

export type EventsItem =
  /** The stream is open, at first or again: whatever happens after the event `sequence` will be told. */
  | { readonly kind: 'ready'; readonly sequence: number }
  | { readonly kind: 'event'; readonly event: ClientEvent }
  /** What was known is incomplete: read the lists again. Comes before `ready`, or between events. */
  | { readonly kind: 'reset'; readonly oldestSequence: number }
  /** The stream broke or could not be opened; it is taken up again by itself, without a gap. */
  | { readonly kind: 'interrupted'; readonly problem: ClientProblem }
  /** The server does not give it, and trying again would not help. The last item. */
  | { readonly kind: 'refused'; readonly problem: ClientProblem };

/** Where the stream is, over all its connections. */
interface Position {
  /** The event up to which everything was told; `null`: nothing was told yet. */
  lastSequence: number | null;
  /** Milliseconds, as the server says. */
  retryMs: number;
}

export async function* followEvents(
  options: ClientParts,
  request: EventsRequest,
): AsyncGenerator<EventsItem, void, undefined> {
  const stops = [options.signal, request.signal].filter((signal) => signal !== undefined);
  const position: Position = { lastSequence: null, retryMs: RETRY_MS_DEFAULT };
  let failures = 0;
  for (;;) {
    if (stops.some((stop) => stop.aborted)) return;
    const connection = new AbortController();
    const end = () => connection.abort();
    for (const stop of stops) stop.addEventListener('abort', end, { once: true });
    try {
      for await (const item of connect(options, request, position, connection)) {
        if (stops.some((stop) => stop.aborted)) return;
        yield item;
        if (item.kind === 'refused') return;
        if (item.kind === 'ready') failures = 0;
      }
    } finally {
      connection.abort();
      for (const stop of stops) stop.removeEventListener('abort', end);
    }
    await pause(backoffMs(failures, position.retryMs, Math.random()), stops);
    failures += 1;
  }
}

/** One connection; its last item is `interrupted` or `refused`. */
async function* connect(
  options: ClientParts,
  request: EventsRequest,
  position: Position,
  connection: AbortController,
): AsyncGenerator<EventsItem, void, undefined> {
  let isSilent = false;
  /** Only the server's time counts, not that of whoever reads the items. */
  const within = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => {
      isSilent = true;
      connection.abort();
    }, limitMs);
    return work.finally(() => clearTimeout(timer));
  };
  const { seen } = options;
  const asked = position.lastSequence ?? request.after ?? seen.newest;
  const sentAt = performance.now();
  try {
    const response = await within(
      options.timeoutMs ?? TIMEOUT_MS_DEFAULT,
      open(options, request, position, connection),
    );
    const tookMs = performance.now() - sentAt;
    seen.answered(response, asked);
    const refusal = await within(SILENCE_MS_MAX, refusalIn(options, response));
    if (refusal !== null || response.body === null) {
      if (asked !== null && refusal?.kind === 'interrupted' && refusal.problem.code === 'behind')
        seen.refusedAsBehind(response, asked, tookMs);
      yield refusal ?? { kind: 'interrupted', ...problemOf(unreachable(options.url, null)) };
      return;
    }
    const body: ReadableStream<Uint8Array> = response.body;
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const messages = new EventMessages(position, seen);
    for (;;) {
      const { done, value } = await within(SILENCE_MS_MAX, reader.read());
      if (done) break;
      yield* messages.itemsIn(decoder.decode(value, { stream: true }));
    }
    yield { kind: 'interrupted', ...problemOf(ended(options.url)) };
  } catch (error) {
    yield { kind: 'interrupted', ...problemOf(isSilent ? silent(options.url) : unreachable(options.url, error)) };
  }
}

function open(
  options: ClientParts,
  request: EventsRequest,
  { lastSequence }: Position,
  { signal }: AbortController,
): Promise<Response> {
  const { node, kinds, after } = request;
  const address = addressOf(
    options.url,
    routes.events.path,
    {},
    {
      ...(node === undefined ? {} : { node }),
      ...(kinds === undefined ? {} : { kind: kinds.join(',') }),
      ...(after === undefined ? {} : { after: String(after) }),
    },
  );
  if (address === null) throw new Error('writing the address of the events, which has no parameters');
  const send = options.fetch ?? globalThis.fetch;
  return send(address, {
    headers: {
      accept: `${routes.events.responseMediaType}, application/problem+json`,
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(lastSequence === null ? {} : { 'last-event-id': String(lastSequence) }),
      ...minRevisionHeader(options.seen.newest),
    },
    redirect: 'manual',
    signal,
  });
}

/** What the answer is instead of a stream; `null`: it is one. */
async function refusalIn({ url }: ClientOptions, response: Response): Promise<EventsItem | null> {
  const isStream = response.headers.get('content-type')?.startsWith(routes.events.responseMediaType) === true;
  if (response.ok && isStream) return null;
  const text = response.ok ? null : await readBody(response);
  const problem = text === null ? null : readProblem(parseJson(text), response.status);
  const told = problem === null ? problemOf(foreignAnswer(url, response)) : { problem };
  // A server that starts, stops or is overloaded, and a proxy without one behind it, may answer otherwise soon.
  return { kind: response.status >= 500 || response.status === 429 ? 'interrupted' : 'refused', ...told };
}

/** The messages of one connection as items; notes how far they go. */
class EventMessages {
  readonly #position: Position;
  readonly #seen: SeenRevision;
  #items: EventsItem[] = [];
  #fault: Error | null = null;
  readonly #parser = createParser({
    maxBufferSize: EVENT_LENGTH_MAX,
    onEvent: ({ id, event, data }) => {
      const item = itemOf(event, parseJson(data));
      if (item !== null) this.#items.push(item);
      this.#told(id);
    },
    // How far the stream is, where nothing of it was for this reader.
    onComment: (comment) => this.#told(comment.trim()),
    onRetry: (retryMs) => {
      this.#position.retryMs = retryMs;
    },
    onError: (error) => {
      // Unknown fields are passed over, as the format says.
      if (error.type === 'max-buffer-size-exceeded') this.#fault = error;
    },
  });

  constructor(position: Position, seen: SeenRevision) {
    this.#position = position;
    this.#seen = seen;
  }

  /** The items that this text completes. */
  itemsIn(text: string): readonly EventsItem[] {
    this.#items = [];
    this.#parser.feed(text);
    if (this.#fault !== null) throw new Error('reading an event of the stream', { cause: this.#fault });
    return this.#items;
  }

  #told(id: string | undefined): void {
    const sequence = revisionIn(id ?? '');
    if (sequence === null) return;
    this.#position.lastSequence = sequence;
    // Whoever reads a list after an event sees what it changed, whichever server is asked.
    this.#seen.saw(sequence);
  }
}

/** `null`: a message of a newer server that this client knows nothing of. */
function itemOf(event: string | undefined, value: unknown): EventsItem | null {
  if (event === STREAM_READY) return isReady(value) ? { kind: 'ready', sequence: value.sequence } : null;
  if (event === STREAM_RESET) return isReset(value) ? { kind: 'reset', oldestSequence: value.oldestSequence } : null;
  return isEvent(value) ? { kind: 'event', event: value } : null;
}

/** Only the outermost shape is looked at, as with every answer: a newer server may tell more. */
function isEvent(value: unknown): value is ClientEvent {
  return isReady(value) && 'kind' in value && typeof value.kind === 'string' && 'nodeId' in value;
}

function isReady(value: unknown): value is StreamReady {
  return typeof value === 'object' && value !== null && 'sequence' in value && typeof value.sequence === 'number';
}

function isReset(value: unknown): value is StreamReset {
  return typeof value === 'object' && value !== null && 'oldestSequence' in value;
}

function problemOf({ problem }: Refused): { readonly problem: ClientProblem } {
  return { problem };
}

function ended(url: string): Refused {
  return connectionProblem('unreachable', `The server at ${url} ended the stream of events.`, RESUMED);
}

function silent(url: string): Refused {
  return connectionProblem('no-answer-in-time', `Nothing is heard of the server at ${url}.`, RESUMED);
}

const RESUMED = 'Nothing: it is resumed as soon as the server answers.';
