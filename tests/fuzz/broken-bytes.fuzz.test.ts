/** Bytes that are no HTTP and no WebSocket, or nearly: what is answered is a problem, the connection ends, and nothing has changed. */
import { connect, type Socket } from 'node:net';
import { AGENT_MESSAGE_BYTES_MAX, AGENT_SESSION_PATH, AGENT_SUBPROTOCOL } from '@sluice/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../../packages/server/src/http/server-under-test.ts';
import { Random } from '../simulation/random.ts';
import { firstSeed, howToRepeat, inputs, isLong } from './fuzz-settings.ts';
import { FuzzedServer } from './fuzzed-server.ts';
import { brokenFrames, brokenRequest, NEARLY_RIGHT_FRAMES } from './broken-bytes.ts';

/** Milliseconds after which the end of a connection, whose other side has said all, is late, on a machine that is busy. */
const ENDED_WITHIN_MS = 15_000;
const ROUNDS = isLong ? Math.ceil(inputs / 10) : Math.min(400, inputs);

let server: FuzzedServer;

beforeAll(async () => {
  server = await FuzzedServer.start();
});
afterAll(() => server.stop());

/** Everything that comes back until the server ends the connection. */
function exchange(begin: (socket: Socket, received: () => string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const received = () => Buffer.concat(chunks).toString('latin1');
    const socket = connect(Number(server.url.port), server.url.hostname, () => begin(socket, received));
    socket.setTimeout(ENDED_WITHIN_MS, () => {
      socket.destroy();
      reject(new Error(`the connection did not end; ${received().slice(0, 300)}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received()));
  });
}

/** What is wrong with what came back; `null`: nothing. */
function faultIn(text: string): string | null {
  for (const answer of text.split(/(?=HTTP\/1\.1 \d{3} )/u)) {
    const status = Number(/^HTTP\/1\.1 (\d{3}) /u.exec(answer)?.[1] ?? 200);
    if (status >= 500) return `a ${status}`;
    if (status < 400) continue;
    const [head = ''] = answer.split('\r\n\r\n', 1);
    if (!/^content-type: application\/problem\+json; charset=utf-8$/imu.test(head))
      return 'a refusal that is no problem';
    if (!/^x-content-type-options: nosniff$/imu.test(head)) return 'a refusal without its headers';
  }
  return null;
}

test(`${ROUNDS} requests in broken bytes`, { timeout: isLong ? 3_600_000 : 120_000 }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = firstSeed + round;
    const pieces = brokenRequest(new Random(seed, 'bytes'), ADMIN_TOKEN);
    const answer = await exchange((socket) => {
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
    const fault = faultIn(answer);
    if (fault !== null)
      throw new Error(
        `${fault}: ${answer.slice(0, 300)} to ${JSON.stringify(Buffer.concat(pieces).toString('latin1'))}; ${howToRepeat(seed)}`,
      );
  }
  await server.refresh();
  expect(server.committed.newest()).toBeGreaterThan(0);
});

const HANDSHAKE =
  `GET ${AGENT_SESSION_PATH} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${AGENT_SUBPROTOCOL}\r\n\r\n`;

/** The code of the close frame with which the server ended the session; `null`: it ended it without a word. */
async function closeCode(pieces: readonly Buffer[]): Promise<number | null> {
  const text = await exchange((socket, received) => {
    socket.write(HANDSHAKE);
    const speak = () => {
      if (!received().includes('"challenge"')) return;
      socket.off('data', speak);
      for (const piece of pieces) socket.write(piece);
      socket.end();
    };
    socket.on('data', speak);
  });
  return closeCodeIn(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1'));
}

/** Walks through the frames of a server, which are not masked. */
function closeCodeIn(frames: Buffer): number | null {
  for (let at = 0; at + 1 < frames.length;) {
    const short = frames.readUInt8(at + 1) & 127;
    const isLong = short === 126 && at + 4 <= frames.length;
    if (frames.readUInt8(at) % 16 === 8) return short < 2 ? 1005 : frames.readUInt16BE(at + 2);
    at += isLong ? 4 + frames.readUInt16BE(at + 2) : 2 + short;
  }
  return null;
}

/** Whether a session may end so: without a word, since the other side has gone, or with a code that a close may have; theirs is given back. */
function isEnd(code: number | null): boolean {
  return code === null || (code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999);
}

test.each(NEARLY_RIGHT_FRAMES(AGENT_MESSAGE_BYTES_MAX))('a session ends by %s', async (_what, pieces, code) => {
  const before = server.committed.newest();
  expect(await closeCode(pieces)).toBe(code);
  expect(server.committed.since(before)).toEqual([]);
});

test(`${ROUNDS} sessions in broken frames`, { timeout: isLong ? 3_600_000 : 120_000 }, async () => {
  const before = server.committed.newest();
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = firstSeed + round;
    const code = await closeCode(brokenFrames(new Random(seed, 'frames')));
    if (!isEnd(code)) throw new Error(`closed with ${code}; ${howToRepeat(seed)}`);
  }
  // Whoever has not said hello has changed nothing.
  const changes = server.committed.since(before).filter(({ node_id }) => node_id !== 'n1' && node_id !== 'n2');
  expect(changes).toEqual([]);
  await server.refresh();
});
