/** Many streams, slow readers, and the end of the server: nobody costs anybody else anything. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { StreamReader } from './read-stream.ts';
import { ADMIN_TOKEN, ServerUnderTest } from './server-under-test.ts';

const EVENTS = '/api/v1/events';
/** A large metadata: a few of them fill every buffer between the server and a reader that does not read. */
const LARGE = 'x'.repeat(60_000);
let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start(undefined, { limits: { streamsPerToken: 5000 } });
  await server.addNode('one');
});
afterAll(() => server.stop());

async function change(meta: unknown): Promise<void> {
  const { status } = await server.ask('PUT', '/api/v1/nodes/one/meta', {
    body: JSON.stringify({ meta }),
    headers: { 'content-type': 'application/json' },
  });
  expect(status).toBe(200);
}

/** A reader that asks and then takes nothing. */
function openDeaf(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(server.url.port), server.url.hostname, () => {
      socket.write(`GET ${EVENTS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`);
    });
    socket.once('data', () => {
      socket.pause();
      resolve(socket);
    });
  });
}

test('a hundred streams are told everything, in order', async () => {
  const streams = await Promise.all(Array.from({ length: 100 }, () => StreamReader.open(server.url, EVENTS)));
  for (const stream of streams) await stream.until('ready', () => stream.messages.length > 0);
  for (let count = 0; count < 100; count += 1) await change({ count });
  for (const stream of streams) {
    await stream.until('all changes', () => stream.events.length >= 100);
    const from = stream.messages[0]?.id ?? 0;
    expect(stream.events.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_each, i) => from + 1 + i));
    stream.close();
  }
});

test('one that does not read keeps nobody waiting, and gets everything when it reads again', async () => {
  const deaf = await openDeaf();
  const reader = await StreamReader.open(server.url, EVENTS);
  await reader.until('ready', () => reader.messages.length > 0);
  for (let count = 0; count < 150; count += 1) await change({ LARGE, count });
  await reader.until('all changes', () => reader.events.length >= 150);
  reader.close();
  expect(deaf.destroyed).toBe(false);

  let changes = 0;
  let rest = '';
  deaf.on('data', (chunk) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    changes += lines.filter((line) => line === 'event: MetadataReplaced').length;
  });
  deaf.resume();
  await waitFor('it to have heard all', () => changes === 150, { seen: () => changes });
  deaf.destroy();
});

test('more streams than the server serves are refused, until one of them ends', async () => {
  const streams: StreamReader[] = [];
  for (let count = 0; count < 1000; count += 100)
    streams.push(...(await Promise.all(Array.from({ length: 100 }, () => StreamReader.open(server.url, EVENTS)))));
  expect(await server.ask('GET', EVENTS)).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
    json: { code: 'too-many-streams' },
  });
  streams.pop()?.close();
  await waitFor('room for another', async () => (await server.ask('GET', EVENTS)).status === 200);
  for (const stream of streams) stream.close();
});

test('a server that stops ends its streams cleanly, and at once', async () => {
  const other = await ServerUnderTest.start(undefined, { limits: { streamsPerToken: 5000 } });
  await other.addNode('one');
  const stream = await StreamReader.open(other.url, EVENTS);
  await stream.until('ready', () => stream.messages.length > 0);
  // Such a one is opened by fetch when a stream is given up, and kept for a minute.
  const unused = connect(Number(other.url.port), other.url.hostname);
  await once(unused, 'connect');
  const began = performance.now();
  await other.stop();
  await stream.until('the end', () => stream.isEnded);
  expect(stream.response.complete).toBe(true);
  expect(performance.now() - began).toBeLessThan(10_000);
  unused.destroy();
});
