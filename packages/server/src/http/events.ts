/** `GET /api/v1/events`: follows the fleet's events as server-sent events, from where the reader left off. */
import { setImmediate } from 'node:timers/promises';
import { type routes, STREAM_READY, STREAM_RESET, STREAM_SIGN_EVERY_MS } from '@sluice/contract';
import type { EventFeed, EventFilter } from '../fleet/event-feed.ts';
import type { ServedEvent } from '../fleet/served-event.ts';
import { awaitRevision, behindProblem } from './await-revision.ts';
import { eventVisibility, type Visibility } from './event-visibility.ts';
import { given } from './query-values.ts';
import type { Handler } from './route-context.ts';
import { type StreamPosition, streamPosition } from './stream-position.ts';

/** Streams at once: each costs a socket and a few kilobytes; dashboards and scripts of a large fleet have some dozens. */
const STREAMS_MAX = 1000;
/** Milliseconds after which a reader that lost the stream is to come back. */
const RETRY_MS = 1000;
/** Events that a filter may pass over before the reader is told how far the stream is, so that a resume does not read them again. */
const PASSED_OVER_MAX = 1000;

/** Where a stream begins: after the event `after`. `oldestKept`: what the reader knew is incomplete; `null`: it is not. */
interface Beginning {
  readonly after: number;
  readonly oldestKept: number | null;
}

export const events: Handler<typeof routes.events> = async ({ query, headers, principal, gone }, parts) => {
  const { feed, fleet } = parts;
  const position = streamPosition(headers['last-event-id'], query.after);
  if (!position.ok) return position;
  const { value: known } = position;
  // Another server may have told it a moment ago. Whether it is of another history shows only a memory that is up to date.
  if (known !== null && known.sequence > feed.lastSequence) {
    const arrival = await awaitRevision(known.sequence, parts, { gone: gone(), reader: principal.tokenId });
    if (arrival === 'late') return { ok: false, problem: behindProblem(known.sequence, parts) };
  }
  if (feed.followers >= STREAMS_MAX) {
    const detail = `${STREAMS_MAX} streams of events are open, which is as many as this server serves.`;
    return { ok: false, problem: { code: 'too-many-streams', detail } };
  }
  const filter = { nodeId: given(query.node), kinds: kindsOf(query.kind) };
  const beginning = await beginningAt(known, feed);
  const visibility = eventVisibility(principal, fleet, feed.lastSequence);
  return {
    ok: true,
    value: {
      kind: 'stream',
      open: (signal) => open({ feed, filter, beginning, visibility, reader: principal.tokenId }, signal),
    },
  };
};

interface Asked {
  readonly feed: EventFeed;
  readonly filter: EventFilter;
  readonly beginning: Beginning;
  readonly visibility: ReturnType<typeof eventVisibility>;
  /** The token that asks. */
  readonly reader: string;
}

function open(asked: Asked, signal: AbortSignal): AsyncIterable<string | Buffer> {
  const leave = asked.feed.follow();
  signal.addEventListener('abort', leave, { once: true });
  return tell(asked, signal);
}

async function* tell(
  { feed, filter, beginning, visibility, reader }: Asked,
  signal: AbortSignal,
): AsyncGenerator<string | Buffer> {
  let { after } = beginning;
  const first = beginning.oldestKept === null ? '' : reset(after, beginning.oldestKept);
  yield `retry: ${RETRY_MS}\n${first}${message(after, STREAM_READY, { sequence: after })}`;
  let toldUpTo = after;
  let toldAt = performance.now();
  while (!signal.aborted) {
    const page = await feed.page(after, filter, reader);
    after = page.upTo;
    const seen = page.events.map((event) => ({ event, visibility: visibility(event) }));
    const isWhole = seen.every((each) => each.visibility === 'told');
    const text = isWhole ? '' : seen.map((each) => messageFor(each.event, each.visibility)).join('');
    const hasNews = isWhole ? page.events.length > 0 : text !== '';
    const missed = page.oldestKept === null ? '' : reset(page.oldestKept - 1, page.oldestKept);
    const isQuiet = performance.now() - toldAt >= STREAM_SIGN_EVERY_MS;
    const isFarBehind = after - (page.events.at(-1)?.sequence ?? toldUpTo) >= PASSED_OVER_MAX;
    const sign = isFarBehind || (isQuiet && !hasNews) ? signOfLife(after) : '';
    if (missed !== '') yield missed;
    if (hasNews) yield isWhole ? page.bytes() : text;
    if (sign !== '') yield sign;
    if (missed !== '' || hasNews || sign !== '') {
      toldUpTo = sign === '' ? (page.events.at(-1)?.sequence ?? toldUpTo) : after;
      toldAt = performance.now();
    }
    if (after < feed.lastSequence) await setImmediate();
    else await feed.changed(after, Math.max(0, toldAt + STREAM_SIGN_EVERY_MS - performance.now()), signal);
  }
}

function messageFor({ sequence, message: text }: ServedEvent, visibility: Visibility): string {
  switch (visibility) {
    case 'told':
      return text;
    case 'hidden':
      return '';
    case 'lost':
      return reset(sequence, sequence);
  }
}

function message(id: number, event: string, fields: Readonly<Record<string, number>>): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(fields)}\n\n`;
}

function reset(id: number, oldestSequence: number): string {
  return message(id, STREAM_RESET, { oldestSequence });
}

/** A comment, and how far the stream is: browsers take the `id`, readers that see only whole events take the comment. */
function signOfLife(upTo: number): string {
  return `: ${upTo}\nid: ${upTo}\n\n`;
}

/** @param known What the reader has already; `null`: it begins now. */
async function beginningAt(known: StreamPosition | null, feed: EventFeed): Promise<Beginning> {
  if (known === null) return { after: feed.lastSequence, oldestKept: null };
  const oldest = await feed.oldestSequence();
  const { lastSequence } = feed;
  // An event that has not happened: this server was restored from an older copy.
  if (known.sequence > lastSequence) return { after: lastSequence, oldestKept: oldest };
  if (oldest <= known.sequence + 1) return { after: known.sequence, oldestKept: null };
  return { after: oldest - 1, oldestKept: known.isEverything ? null : oldest };
}

function kindsOf(text: string | undefined): readonly string[] | undefined {
  return given(text)
    ?.split(',')
    .map((kind) => kind.trim());
}
