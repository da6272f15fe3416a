/** Connections that never become TLS sessions: each is cut, and costs the server nothing for long. */
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpServer } from '../../packages/server/src/http/http-server.ts';
import { answerBrokenRequest } from '../../packages/server/src/http/problem-response.ts';
import { waitFor } from '../wait-for.ts';
import { issue, newAuthority } from './certificates.ts';

let server: ReturnType<typeof createHttpServer>;
let port: number;

beforeEach(async () => {
  const { cert, key } = await issue(await newAuthority('the authority'), 'server.example');
  const material = { cert: Buffer.from(cert), key: Buffer.from(key), ca: null, expiresAt: Number.POSITIVE_INFINITY };
  server = createHttpServer((_request, response) => response.end(), material, 300);
  server.on('clientError', answerBrokenRequest);
  port = await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
});

afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
    }),
);

function connections(): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count));
  });
}

// The answer to a broken request once waited for the session that never came, and kept the connection open with it.
test.each([
  ['nothing', ''],
  ['half a hello', '\x16\x03\x01\x02\x00\x01'],
  ['HTTP in the clear', 'GET / HTTP/1.1\r\nHost: sluice\r\n\r\n'],
  ['noise', '\x00\xff'.repeat(200)],
])('one that sends %s is cut', async (_what, text) => {
  const ended = await new Promise<string>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(Buffer.from(text, 'latin1')));
    socket.on('error', () => resolve('cut'));
    socket.on('close', () => resolve('cut'));
    socket.resume();
  });
  expect(ended).toBe('cut');
  await waitFor('the server to have let it go', async () => (await connections()) === 0);
});
