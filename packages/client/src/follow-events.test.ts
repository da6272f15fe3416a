/** Following events over real sockets: what comes, what a broken stream costs, how it ends. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemDocument } from '@sluice/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { ProblemError } from './problem-error.ts';
import type { EventsItem } from './follow-events.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Each connection is answered by the next of these, the last one for ever. */
async function listen(...answers: readonly Answer[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answers[Math.min(requests.length, answers.length) - 1]?.(response, request);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on a port');
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

const RETRY = 'retry: 5\n\n';
const ready = (sequence: number) => `id: ${sequence}\nevent: ready\ndata: {"sequence":${sequence}}\n\n`;
const event = (sequence: number, kind = 'NodeDrained', nodeId = 'n') =>
  `id: ${sequence}\nevent: ${kind}\ndata: ${JSON.stringify({ sequence, nodeId, kind, at: 'now', actor: { name: 'a', address: null }, more: '1' })}\n\n`;
const stream = (text: string, end: 'open' | 'ended' | 'broken' = 'open'): Answer => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    if (end === 'ended') response.end(text);
    else response.write(text, () => end === 'broken' && response.destroy());
  };
};

/** What comes until there are so many. */
async function take(count: number, items: AsyncIterable<EventsItem>): Promise<EventsItem[]> {
  const taken: EventsItem[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

const inShort = (item: EventsItem) =>
  item.kind === 'event'
    ? item.event.sequence
    : item.kind === 'interrupted' || item.kind === 'refused'
      ? `${item.kind} ${item.problem.code}`
      : item.kind;

describe('what comes', () => {
  test('ready, then events with the fields of their kind; the request is as the contract says', async () => {
    const { url, requests } = await listen(stream(ready(4) + event(5)));
    const items = await take(
      2,
      createClient({ url: `${url}/behind/a/proxy`, token: 'secret' }).events({
        node: '节点',
        kinds: ['A', 'B'],
        after: 4,
      }),
    );
    expect(items).toEqual([
      { kind: 'ready', sequence: 4 },
      {
        kind: 'event',
        event: {
          sequence: 5,
          nodeId: 'n',
          kind: 'NodeDrained',
          at: 'now',
          actor: { name: 'a', address: null },
          more: '1',
        },
      },
    ]);
    const [request] = requests;
    expect(request?.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(request?.headers).not.toHaveProperty('last-event-id');
    expect(decodeURIComponent(request?.url ?? '')).toBe('/behind/a/proxy/api/v1/events?node=节点&kind=A,B&after=4');
  });

  test('messages of a newer server, comments and empty ones are passed over; what is missing is said', async () => {
    const text = `: hello\n\n${ready(1)}event: tomorrow\ndata: {}\n\nid: 7\nevent: reset\ndata: {"oldestSequence":8}\n\n${event(8)}`;
    const { url } = await listen(stream(text));
    expect((await take(3, createClient({ url }).events())).map(inShort)).toEqual(['ready', 'reset', 8]);
  });
});

describe('a stream that breaks', () => {
  test.each(['ended', 'broken'] as const)('%s: it is resumed after the last event, and said', async (how) => {
    const { url, requests } = await listen(
      stream(RETRY + ready(1) + event(2) + event(3), how),
      stream(ready(3) + event(4)),
    );
    const items = await take(6, createClient({ url }).events({ after: 1 }));
    expect(items.map(inShort)).toEqual(['ready', 2, 3, 'interrupted unreachable', 'ready', 4]);
    expect(requests[1]?.headers['last-event-id']).toBe('3');
  });

  test('half an event does not count', async () => {
    const { url, requests } = await listen(
      stream(RETRY + ready(1) + event(2).slice(0, -1), 'ended'),
      stream(ready(1) + event(2)),
    );
    expect((await take(4, createClient({ url }).events())).map(inShort)).toEqual([
      'ready',
      'interrupted unreachable',
      'ready',
      2,
    ]);
    expect(requests[1]?.headers['last-event-id']).toBe('1');
  });

  test('what a filter passed over is not asked for again', async () => {
    const { url, requests } = await listen(
      stream(`${RETRY}${ready(1)}: 5000\nid: 5000\n\n`, 'ended'),
      stream(ready(5000)),
    );
    await take(3, createClient({ url }).events());
    expect(requests[1]?.headers['last-event-id']).toBe('5000');
  });

  test('a server that cannot now may later; one that does not answer is not waited for', async () => {
    const problem: Answer = (response) =>
      response
        .writeHead(503, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(problemDocument({ code: 'stopping', detail: 'The server is stopping.' }, 'r')));
    const { url } = await listen(
      stream(RETRY + ready(1), 'ended'),
      problem,
      (response) => response.writeHead(502).end('Bad Gateway'),
      () => undefined,
      stream(ready(1)),
    );
    expect((await take(6, createClient({ url, timeoutMs: 200 }).events())).map(inShort)).toEqual([
      'ready',
      'interrupted unreachable',
      'interrupted stopping',
      'interrupted not-a-sluice-answer',
      'interrupted no-answer-in-time',
      'ready',
    ]);
  });
});

describe('how it ends', () => {
  test('a refusal is the last that comes', async () => {
    const { url, requests } = await listen((response) =>
      response
        .writeHead(401, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(problemDocument({ code: 'unauthenticated', detail: 'Who?' }, 'r'))),
    );
    expect((await take(9, createClient({ url }).events())).map(inShort)).toEqual(['refused unauthenticated']);
    expect(requests).toHaveLength(1);
  });

  test('something that is no stream is not from Sluice', async () => {
    const { url } = await listen((response) => response.writeHead(200).end('<html>'));
    expect((await take(9, createClient({ url }).events())).map(inShort)).toEqual(['refused not-a-sluice-answer']);
  });

  test.each(['its own signal', 'the client’s signal'])('%s ends it, and its connection', async (whose) => {
    const ending = new AbortController();
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { url } = await listen((response, request) => {
      response.on('close', closed);
      stream(ready(1))(response, request);
    });
    const { signal } = ending;
    const client = createClient({ url, ...(whose === 'its own signal' ? {} : { signal }) });
    const items: EventsItem[] = [];
    for await (const item of client.events(whose === 'its own signal' ? { signal } : {})) {
      items.push(item);
      ending.abort();
    }
    expect(items.map(inShort)).toEqual(['ready']);
    await isClosed;
  });
});

describe('watch', () => {
  test('gives events alone, once each, over a broken stream, and tells what becomes of the stream to who asks', async () => {
    const { url, requests } = await listen(
      stream(RETRY + ready(4) + event(5), 'broken'),
      stream(ready(5) + event(6, 'HoldPlaced')),
    );
    const told: string[] = [];
    const seen: number[] = [];
    const request = {
      after: 4,
      onReady: (sequence: number) => told.push(`ready ${sequence}`),
      onInterrupted: ({ code }: { readonly code: string }) => told.push(code),
    };
    for await (const { sequence, kind } of createClient({ url }).watch(request)) {
      seen.push(sequence);
      if (kind === 'HoldPlaced') break;
    }
    expect(seen).toEqual([5, 6]);
    expect(told).toEqual(['ready 4', 'unreachable', 'ready 5']);
    expect(requests[1]?.headers['last-event-id']).toBe('5');
  });

  test('never passes over what it was not told: it throws when events are gone', async () => {
    const { url } = await listen(stream('id: 8\nevent: reset\ndata: {"oldestSequence":9}\n\n' + ready(8) + event(9)));
    const first = createClient({ url }).watch({ after: 2 }).next();
    await expect(first).rejects.toThrow(ProblemError);
    await expect(first).rejects.toMatchObject({ problem: { code: 'events-missed' } });
  });

  test('throws the problem of a server that refuses it', async () => {
    const { url } = await listen((response) =>
      response
        .writeHead(401, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(problemDocument({ code: 'unauthenticated', detail: 'Who?' }, 'r'))),
    );
    await expect(createClient({ url }).watch().next()).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });
  });

  test('ends without a word when its signal is aborted', async () => {
    const { url } = await listen(stream(ready(1) + event(2)));
    const ending = new AbortController();
    for await (const { sequence } of createClient({ url }).watch({ signal: ending.signal })) {
      expect(sequence).toBe(2);
      ending.abort();
    }
  });
});
