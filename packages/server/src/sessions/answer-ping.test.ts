import { createServer } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { answerPing } from './answer-ping.ts';
import { UNSENT_BYTES_MAX } from './session-socket.ts';

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** A client of a server that answers pings by hand, and says `text` before and after each. */
async function connected(text: string): Promise<WebSocket> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  server.on('upgrade', (request, stream, head) =>
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.on('ping', (bytes: Buffer) => {
        socket.send(text);
        answerPing(stream, bytes);
        socket.send(text);
      });
    }),
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`);
  closings.push(() => {
    client.terminate();
    server.close();
  });
  await new Promise((resolve) => {
    client.once('open', resolve);
  });
  return client;
}

test.each(['', 'a', 'x'.repeat(125)])(
  'a ping of %j is answered by its own bytes, whole between other frames',
  async (asked) => {
    const client = await connected('a message that is longer than any frame of control may be'.repeat(1000));
    const heard: string[] = [];
    client.on('message', () => heard.push('message'));
    client.on('pong', (bytes: Buffer) => heard.push(bytes.toString()));
    const twice = new Promise<void>((resolve) => {
      client.on('message', () => {
        if (heard.length >= 6) resolve();
      });
    });
    client.ping(asked);
    client.ping(asked);
    await twice;
    expect(heard).toEqual(['message', asked, 'message', 'message', asked, 'message']);
  },
);

test('nothing more is kept for one that does not read', () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  stream.write(Buffer.alloc(1));
  stream.write(Buffer.alloc(UNSENT_BYTES_MAX + 1));
  const before = stream.writableLength;
  answerPing(stream, Buffer.alloc(0));
  expect(stream.writableLength).toBe(before);
});
