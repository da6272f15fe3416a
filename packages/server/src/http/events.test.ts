/** The event stream over real sockets: what it tells, where it begins, what it does when events are missing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { StreamReader } from './read-stream.ts';
import { ServerUnderTest } from './server-under-test.ts';

const EVENTS = '/api/v1/events';
let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('one');
  await server.addNode('two');
});
afterAll(() => server.stop());

async function lastSequence(): Promise<number> {
  const { json } = await server.ask('GET', '/api/v1/server/status');
  if (typeof json !== 'object' || json === null || !('store' in json)) throw new Error(JSON.stringify(json));
  const { store } = json;
  return typeof store === 'object' && store !== null && 'lastSequence' in store ? Number(store.lastSequence) : NaN;
}

async function change(nodeId: string, meta: unknown): Promise<void> {
  const { status } = await server.ask('PUT', `/api/v1/nodes/${nodeId}/meta`, {
    body: JSON.stringify({ meta }),
    headers: { 'content-type': 'application/json' },
  });
  expect(status).toBe(200);
}

describe('what it tells', () => {
  test('ready first, then each event as it is committed, with who and when', async () => {
    const last = await lastSequence();
    const stream = await StreamReader.open(server.url, EVENTS);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    await stream.until('ready', () => stream.messages.length > 0);
    expect(stream.messages[0]).toMatchObject({ id: last, event: 'ready', data: { sequence: last } });
    await change('one', { told: true });
    await stream.until('the change', () => stream.events.length > 0);
    expect(stream.events[0]).toMatchObject({
      id: last + 1,
      event: 'MetadataReplaced',
      data: {
        sequence: last + 1,
        nodeId: 'one',
        kind: 'MetadataReplaced',
        actor: { name: 'admin', address: '127.0.0.1' },
        after: '{"told":true}',
      },
    });
    expect(stream.events[0]?.data?.['at']).toMatch(/^\d{4}-.*T.*\.\d{3}Z$/u);
    stream.close();
  });

  test('only the node, only the kinds that are asked for', async () => {
    const ofNode = await StreamReader.open(server.url, `${EVENTS}?node=two&after=0`);
    const ofKind = await StreamReader.open(server.url, `${EVENTS}?kind=MetadataReplaced,%20NodeForgotten&after=0`);
    await change('one', 1);
    await change('two', 2);
    await ofNode.until('both streams', () => ofNode.events.some(({ event }) => event === 'MetadataReplaced'));
    await ofKind.until('both streams', () => ofKind.events.some(({ data }) => data?.['nodeId'] === 'two'));
    expect(new Set(ofNode.events.map(({ data }) => data?.['nodeId']))).toEqual(new Set(['two']));
    expect(ofNode.events[0]).toMatchObject({ event: 'NodeRegistered' });
    expect(new Set(ofKind.events.map(({ event }) => event))).toEqual(new Set(['MetadataReplaced']));
    ofNode.close();
    ofKind.close();
  });

  test('what a filter passes over moves the reader on, so that a resume does not read it again', async () => {
    const stream = await StreamReader.open(server.url, `${EVENTS}?node=two`);
    await stream.until('ready', () => stream.messages.length > 0);
    const before = await lastSequence();
    for (let count = 0; count < 20; count += 1)
      await Promise.all(Array.from({ length: 60 }, (_each, index) => change('one', count * 100 + index)));
    await stream.until('a sign of how far it is', () => (stream.messages.at(-1)?.id ?? 0) >= before + 1000);
    expect(stream.events).toEqual([]);
    expect(stream.messages.at(-1)).toMatchObject({ event: null, data: null });
    expect(Number(stream.messages.at(-1)?.comment)).toBe(stream.messages.at(-1)?.id);
    stream.close();
  });

  test('what was told of a change can be read at once', async () => {
    const stream = await StreamReader.open(server.url, `${EVENTS}?node=one`);
    await stream.until('ready', () => stream.messages.length > 0);
    for (let count = 0; count < 20; count += 1) {
      const told = stream.events.length;
      void change('one', { count });
      await stream.until('the event', () => stream.events.length > told);
      const { json } = await server.ask('GET', '/api/v1/nodes/one/meta');
      expect(json).toMatchObject({ meta: { count } });
    }
    stream.close();
  });
});

describe('where it begins', () => {
  test('after=0 tells everything that is kept, in order and without a gap', async () => {
    const last = await lastSequence();
    const stream = await StreamReader.open(server.url, `${EVENTS}?after=0`);
    await stream.until('all', () => (stream.events.at(-1)?.id ?? 0) >= last);
    expect(stream.messages[0]).toMatchObject({ id: 0, event: 'ready' });
    expect(stream.events.slice(0, last).map(({ id }) => id)).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    stream.close();
  });

  test('Last-Event-ID goes before after', async () => {
    const last = await lastSequence();
    const stream = await StreamReader.open(server.url, `${EVENTS}?after=0`, { 'last-event-id': String(last - 2) });
    await stream.until('what came since', () => stream.events.length >= 2);
    expect(stream.messages.map(({ id, event }) => [id, event]).slice(0, 2)).toEqual([
      [last - 2, 'ready'],
      [last - 1, 'MetadataReplaced'],
    ]);
    stream.close();
  });

  test('an event from the future: the reader is told to read the lists again', async () => {
    const last = await lastSequence();
    const stream = await StreamReader.open(server.url, EVENTS, { 'last-event-id': String(last + 1000) });
    await stream.until('reset and ready', () => stream.messages.length >= 2);
    expect(stream.messages.slice(0, 2)).toMatchObject([
      { id: last, event: 'reset', data: { oldestSequence: 1 } },
      { id: last, event: 'ready' },
    ]);
    stream.close();
  });

  test.each([
    ['after', `${EVENTS}?after=soon`, {}],
    ['after', `${EVENTS}?after=-1`, {}],
    ['Last-Event-ID', EVENTS, { 'last-event-id': '1.5' }],
  ])('a wrong %s is refused', async (field, target, headers: Record<string, string>) => {
    const { status, json } = await server.ask('GET', target, { headers });
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'invalid-request', field });
  });

  test('HEAD tells the type and ends; without a token there is nothing', async () => {
    const head = await server.ask('HEAD', EVENTS);
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect((await server.ask('GET', EVENTS, { token: null })).status).toBe(401);
  });
});

describe('what was removed', () => {
  let pruned: ServerUnderTest;
  let oldest = 0;

  beforeAll(async () => {
    pruned = await ServerUnderTest.start(async (directory) => {
      const store = await openSqliteStore(directory);
      const event = { kind: 'NodeRegistered', at: Date.now(), body: { actor: { name: 'agent', address: null } } };
      await store.commit([
        {
          nodeId: 'gone',
          expectedRevision: null,
          state: null,
          revision: 0,
          events: Array.from({ length: 30 }, () => event),
          operations: [],
        },
      ]);
      await store.prune({
        eventsBefore: 0,
        eventsKeptMax: 10,
        operationsBefore: 0,
        operationsKeptMax: 10,
        operationsCountedBefore: 0,
        answeredBefore: 0,
        rowsMax: 1000,
      });
      const [first] = await store.events({ limit: 1 });
      oldest = first?.sequence ?? 0;
      await store.close();
    });
  });
  afterAll(() => pruned.stop());

  test('a reader that would miss something is told so, and goes on with the oldest that is kept', async () => {
    expect(oldest).toBe(21);
    const stream = await StreamReader.open(pruned.url, EVENTS, { 'last-event-id': '5' });
    await stream.until('the rest', () => stream.events.length >= 10);
    expect(stream.messages.slice(0, 3).map(({ id, event }) => [id, event])).toEqual([
      [20, 'reset'],
      [20, 'ready'],
      [21, 'NodeRegistered'],
    ]);
    expect(stream.messages[0]?.data).toEqual({ oldestSequence: 21 });
    stream.close();
  });

  test('one that knows all before the oldest, or asks for whatever is kept, misses nothing', async () => {
    const knowing = await StreamReader.open(pruned.url, EVENTS, { 'last-event-id': '20' });
    const asking = await StreamReader.open(pruned.url, `${EVENTS}?after=0`);
    for (const stream of [knowing, asking]) {
      await stream.until('the rest', () => stream.events.length >= 10);
      expect(stream.messages[0]).toMatchObject({ event: 'ready', id: 20 });
      stream.close();
    }
  });
});
